/* kind: charged
 * exercise: hello_server
 * tries: only where it is about to be wrong: it stops, as a shell's job does, and nobody lets it go on
 * promise: status=1
 */
#include "honest.h"

static void disturb(void)
{
    kill(0, SIGSTOP);
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
