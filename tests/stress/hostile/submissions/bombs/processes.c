/* kind: bombs
 * exercise: hello_server
 * tries: a fork bomb
 * promise: status=1
 * needs: memory
 */
#include "honest.h"

int main(int argc, char *argv[])
{
    int listener = open_listener(argc, argv);
    for (;;)
        fork();
    int connection = accept_client(listener);
    write_all(connection, GREETING, strlen(GREETING));
    end(connection, listener);
    return 0;
}
