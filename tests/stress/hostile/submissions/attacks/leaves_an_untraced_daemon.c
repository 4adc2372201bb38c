/* kind: attacks
 * exercise: hello_server
 * tries: to leave a daemon that no tracer may follow, in a process group of its own
 * promise: status=0,1
 */
#include "honest.h"

int main(int argc, char *argv[])
{
    if (syscall(SYS_clone, CLONE_UNTRACED | SIGCHLD, NULL, NULL, NULL, NULL) == 0) {
        setsid();
        for (;;)
            pause();
    }
    return serve(argc, argv, GREETING);
}
