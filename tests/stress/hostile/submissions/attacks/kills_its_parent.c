/* kind: attacks
 * exercise: hello_server
 * tries: to end its parent, and the parent of that
 * promise: status=0,1
 */
#include "honest.h"

int main(int argc, char *argv[])
{
    kill(getppid(), SIGKILL);
    return serve(argc, argv, GREETING);
}
