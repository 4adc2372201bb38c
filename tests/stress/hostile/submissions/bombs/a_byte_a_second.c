/* kind: bombs
 * exercise: hello_server
 * tries: a greeting that comes byte by byte, with a second between them, and never ends
 * promise: status=1
 * tried: by hand
 * judged: transfer.greeting transfer.short-writes
 */
#include "honest.h"

int main(int argc, char *argv[])
{
    int listener = open_listener(argc, argv), connection = accept_client(listener);

    for (;;) {
        write_all(connection, "x", 1);
        sleep(1);
    }
}
