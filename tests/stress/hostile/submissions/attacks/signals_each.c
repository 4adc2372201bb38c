/* kind: attacks
 * exercise: hello_server
 * tries: to send each process that /proc shows the signals that shells send
 * promise: status=0,1
 */
#include "honest.h"
#include "each.h"

static void signal_it(int process)
{
    for (int number = 1; number < 65; number++)
        if (number != SIGKILL && number != SIGSTOP)
            kill(process, number);
}

int main(int argc, char *argv[])
{
    for_each(signal_it);
    return serve(argc, argv, GREETING);
}
