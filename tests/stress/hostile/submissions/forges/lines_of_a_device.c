/* kind: forges
 * exercise: hello_server
 * tries: a directive that says its lines stand in a device without an end
 * promise: status=1
 */
#include "honest.h"

int main(int argc, char *argv[])
{
    int listener = open_listener(argc, argv), connection = accept_client(listener);
#line 2000000000 "/dev/zero"
    if (write(connection, "Hello", 5) == -1) fail("write");
    end(connection, listener);
    return 0;
}
