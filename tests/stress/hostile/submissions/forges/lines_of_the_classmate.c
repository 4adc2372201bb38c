/* kind: forges
 * exercise: hello_server
 * tries: a directive that says its lines stand in the classmate's file, so that the suite shows the source
 * promise: status=1
 */
#include "honest.h"

int main(int argc, char *argv[])
{
    int listener = open_listener(argc, argv), connection = accept_client(listener);
#line 1 "/srv/class/anna/notes.txt"
    if (write(connection, "Hello", 5) == -1) fail("write");
    end(connection, listener);
    return 0;
}
