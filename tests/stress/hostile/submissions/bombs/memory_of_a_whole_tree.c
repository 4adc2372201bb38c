/* kind: bombs
 * exercise: hello_server
 * tries: a hundred processes, each with a little memory
 * promise: status=1
 * needs: memory
 */
#include "honest.h"

int main(int argc, char *argv[])
{
    int listener = open_listener(argc, argv);
    for (int number = 0; number < 100; number++)
        if (fork() == 0) {
            char *piece = malloc(60 << 20);
            memset(piece, 1, 60 << 20);
            pause();
        }
    pause();
    int connection = accept_client(listener);
    write_all(connection, GREETING, strlen(GREETING));
    end(connection, listener);
    return 0;
}
