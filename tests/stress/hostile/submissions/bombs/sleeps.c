/* kind: bombs
 * exercise: hello_server
 * tries: ten thousand sleeps before it does anything
 * promise: status=0,1
 * judged: transfer.greeting transfer.short-writes robust.port-in-use
 */
#include "honest.h"

int main(int argc, char *argv[])
{
    int listener = open_listener(argc, argv);
    for (int turn = 0; turn < 10000; turn++)
        usleep(1000);
    int connection = accept_client(listener);
    write_all(connection, GREETING, strlen(GREETING));
    end(connection, listener);
    return 0;
}
