/* kind: bombs
 * exercise: hello_server
 * tries: a line without end on both streams, as fast as it can
 * promise: status=1
 */
#include "honest.h"

int main(int argc, char *argv[])
{
    int listener = open_listener(argc, argv);
    static char many[1 << 20];

    memset(many, 'x', sizeof many);
    for (;;)
        if (write(1, many, sizeof many) == -1 || write(2, many, sizeof many) == -1)
            abort();
    int connection = accept_client(listener);
    write_all(connection, GREETING, strlen(GREETING));
    end(connection, listener);
    return 0;
}
