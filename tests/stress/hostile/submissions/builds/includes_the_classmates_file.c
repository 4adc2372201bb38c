/* kind: builds
 * exercise: hello_server
 * tries: to show a classmate's file in the compiler's words about it
 * promise: status=1 built=no
 */
#include "/srv/class/anna/notes.txt"
