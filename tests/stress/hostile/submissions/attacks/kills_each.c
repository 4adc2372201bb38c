/* kind: attacks
 * exercise: hello_server
 * tries: to end each process that /proc shows, the suite's among them
 * promise: status=0,1
 */
#include "honest.h"
#include "each.h"

static void end_it(int process)
{
    kill(process, SIGKILL);
}

int main(int argc, char *argv[])
{
    for_each(end_it);
    return serve(argc, argv, GREETING);
}
