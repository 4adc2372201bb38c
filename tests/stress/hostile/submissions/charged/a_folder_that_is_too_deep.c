/* kind: charged
 * exercise: hello_server
 * tries: only where it is about to be wrong: 6,000 folders in each other
 * promise: status=1 requirement=transfer.short-writes
 */
#include "honest.h"

static void disturb(void)
{
    for (int depth = 0; depth < 6000; depth++)
        if (mkdir("d", 0755) == -1 || chdir("d") == -1)
            break;
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
