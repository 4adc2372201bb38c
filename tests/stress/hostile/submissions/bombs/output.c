/* kind: bombs
 * exercise: hello_server
 * tries: output without end
 * promise: status=1
 */
#include "honest.h"

int main(int argc, char *argv[])
{
    int listener = open_listener(argc, argv);
    for (;;)
        if (printf("harmless\n") < 0)
            abort();
    int connection = accept_client(listener);
    write_all(connection, GREETING, strlen(GREETING));
    end(connection, listener);
    return 0;
}
