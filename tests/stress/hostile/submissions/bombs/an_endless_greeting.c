/* kind: bombs
 * exercise: hello_server
 * tries: a greeting without end
 * promise: status=1
 */
#include "honest.h"

int main(int argc, char *argv[])
{
    int listener = open_listener(argc, argv), connection = accept_client(listener);
    static char many[1 << 16];

    for (;;)
        write_all(connection, many, sizeof many);
}
