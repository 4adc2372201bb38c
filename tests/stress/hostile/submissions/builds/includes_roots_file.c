/* kind: builds
 * exercise: hello_server
 * tries: to show a file of root's in the compiler's words about it
 * promise: status=1 built=no
 */
#include "/etc/secret_of_root"
