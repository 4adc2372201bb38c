/* kind: bombs
 * exercise: hello_server
 * tries: calls without end, each of which is followed
 * promise: status=1
 */
#include "honest.h"

int main(int argc, char *argv[])
{
    int listener = open_listener(argc, argv);
    for (;;)
        close(-1);
    int connection = accept_client(listener);
    write_all(connection, GREETING, strlen(GREETING));
    end(connection, listener);
    return 0;
}
