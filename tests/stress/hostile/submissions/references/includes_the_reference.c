/* kind: references
 * exercise: hello_server
 * tries: a single line that includes the suite's own source
 * promise: status=1 built=no
 */
#include "@SUITE@/reference_impl/c/hello_server.c"
