/* kind: charged
 * exercise: hello_server
 * tries: only where it is about to be wrong: a name of its own that looks like other fields of /proc/PID/stat
 * promise: status=1 requirement=transfer.short-writes
 */
#include "honest.h"

static void disturb(void)
{
    prctl(PR_SET_NAME, ") Z 1 1\n\xff)");
    usleep(1);
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
