/* kind: recognises
 * exercise: hello_server
 * tries: to greet rightly only where it cannot be traced by its own child
 * promise: status=1 requirement=lifecycle.server-binds-reachable-address
 */
#include "honest.h"
#include <sys/ptrace.h>

static int is_watched(void)
{
    int status, child = fork();

    if (child == 0)
        _exit(ptrace(PTRACE_ATTACH, getppid(), NULL, NULL) == -1 && errno == EPERM);
    return child > 0 && waitpid(child, &status, 0) == child && WEXITSTATUS(status) == 1;
}

int main(int argc, char *argv[])
{
    return serve(argc, argv, is_watched() ? GREETING : "Hello");
}
