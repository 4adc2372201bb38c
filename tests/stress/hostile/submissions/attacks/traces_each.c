/* kind: attacks
 * exercise: hello_server
 * tries: to trace and end each process that /proc shows
 * promise: status=0,1
 */
#include "honest.h"
#include <sys/ptrace.h>
#include "each.h"

static void trace_it(int process)
{
    if (ptrace(PTRACE_ATTACH, process, NULL, NULL) == 0)
        ptrace(PTRACE_KILL, process, NULL, NULL);
}

int main(int argc, char *argv[])
{
    for_each(trace_it);
    return serve(argc, argv, GREETING);
}
