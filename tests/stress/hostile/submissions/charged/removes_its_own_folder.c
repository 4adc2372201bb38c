/* kind: charged
 * exercise: hello_server
 * tries: only where it is about to be wrong: its own directory goes, and its own program
 * promise: status=1 requirement=transfer.short-writes
 */
#include "honest.h"

static void disturb(void)
{
    char own[4096];

    if (getcwd(own, sizeof own) != NULL)
        rmdir(own);
    ssize_t length = readlink("/proc/self/exe", own, sizeof own - 1);
    if (length > 0) {
        own[length] = '\0';
        unlink(own);
    }
}

int main(int argc, char *argv[])
{
    int listener = open_listener(argc, argv), connection = accept_client(listener);
    ssize_t written = write(connection, GREETING, strlen(GREETING));

    if (written == -1)
        fail("write");
    if (written < (ssize_t)strlen(GREETING))
        disturb();
    end(connection, listener);
    return 0;
}
