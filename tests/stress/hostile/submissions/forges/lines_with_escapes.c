/* kind: forges
 * exercise: hello_server
 * tries: a directive that names a file by escapes of terminals and elements of a page
 * promise: status=1
 * arguments: --github
 */
#include "honest.h"

int main(int argc, char *argv[])
{
    int listener = open_listener(argc, argv), connection = accept_client(listener);
#line 7 "\033[2J<forged>\n::add-mask::forged"
    if (write(connection, "Hello", 5) == -1) fail("write");
    end(connection, listener);
    return 0;
}
