/* kind: bombs
 * exercise: hello_server
 * tries: a gigabyte after the other, each page written to
 * promise: status=1
 * needs: memory
 */
#include "honest.h"

int main(int argc, char *argv[])
{
    int listener = open_listener(argc, argv);
    for (;;) {
        char *piece = malloc(1 << 26);
        if (piece == NULL)
            abort();
        memset(piece, 1, 1 << 26);
    }
    int connection = accept_client(listener);
    write_all(connection, GREETING, strlen(GREETING));
    end(connection, listener);
    return 0;
}
