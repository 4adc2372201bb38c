/* kind: attacks
 * exercise: hello_server
 * tries: to take memory, descriptors and processor time from each process that /proc shows
 * promise: status=0,1
 */
#include "honest.h"
#include "each.h"

static void limit_it(int process)
{
    struct rlimit none = {1, 1};

    prlimit(process, RLIMIT_AS, &none, NULL);
    prlimit(process, RLIMIT_NOFILE, &none, NULL);
    prlimit(process, RLIMIT_CPU, &none, NULL);
    prlimit(process, RLIMIT_FSIZE, &none, NULL);
}

int main(int argc, char *argv[])
{
    for_each(limit_it);
    return serve(argc, argv, GREETING);
}
