/* kind: bombs
 * exercise: hello_server
 * tries: a fork bomb in sessions of their own, whose parents are gone at once
 * promise: status=1
 * needs: memory
 */
#include "honest.h"

int main(int argc, char *argv[])
{
    int listener = open_listener(argc, argv);
    for (;;)
        if (fork() == 0)
            setsid();
    int connection = accept_client(listener);
    write_all(connection, GREETING, strlen(GREETING));
    end(connection, listener);
    return 0;
}
