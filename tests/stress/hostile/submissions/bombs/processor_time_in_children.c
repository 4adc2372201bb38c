/* kind: bombs
 * exercise: hello_server
 * tries: children that compute, each for less than a process may, and start the next one
 * promise: status=0,1
 * judged: transfer.greeting transfer.short-writes robust.port-in-use
 */
#include "honest.h"

int main(int argc, char *argv[])
{
    int listener = open_listener(argc, argv);
    if (fork() == 0)
        for (;;) {
            if (fork() != 0)
                _exit(0);
            for (volatile unsigned long turn = 0; turn < 1000000000UL; turn++)
                continue;
        }
    int connection = accept_client(listener);
    write_all(connection, GREETING, strlen(GREETING));
    end(connection, listener);
    return 0;
}
