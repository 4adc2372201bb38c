/* kind: attacks
 * exercise: hello_server
 * tries: to end every process that it may
 * promise: status=0,1
 */
#include "honest.h"

int main(int argc, char *argv[])
{
    kill(-1, SIGKILL);
    return serve(argc, argv, GREETING);
}
