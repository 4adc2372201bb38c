/* kind: forges
 * exercise: hello_server
 * tries: a directive that says its lines stand in a secret file, so that the suite shows the source
 * promise: status=1
 */
#include "honest.h"

int main(int argc, char *argv[])
{
#line 1 "/etc/secret_of_root"
    return serve(argc, argv, "Hello");
}
