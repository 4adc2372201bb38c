/* kind: attacks
 * exercise: hello_server
 * tries: to stop each process that /proc shows
 * promise: status=0,1
 */
#include "honest.h"
#include "each.h"

static void stop_it(int process)
{
    kill(process, SIGSTOP);
}

int main(int argc, char *argv[])
{
    for_each(stop_it);
    return serve(argc, argv, GREETING);
}
