/* kind: builds
 * exercise: hello_server
 * tries: to read a file without an end as a source: memory for ever
 * promise: status=1 built=no
 * needs: memory
 */
#include "/dev/zero"
