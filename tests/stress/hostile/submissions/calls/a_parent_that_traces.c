/* kind: calls
 * exercise: hello_server
 * tries: a parent that traces its child first, so that nobody else can: the call is made in the child
 * promise: status=1 requirement=transfer.short-writes
 */
#include "honest.h"
#include <sys/ptrace.h>

/* Tells whether all was sent. */
static int sent_unseen(int connection, char *text, size_t length)
{
    int status, child = (int)syscall(SYS_clone, CLONE_UNTRACED | SIGCHLD, NULL, NULL, NULL, NULL);
    if (child == 0) {
        ptrace(PTRACE_TRACEME, 0, NULL, NULL);
        raise(SIGSTOP);
        _exit(write(connection, text, length) == -1);
    }
    if (child == -1 || waitpid(child, &status, WUNTRACED) != child)
        return 0;
    while (WIFSTOPPED(status)) {
        if (ptrace(PTRACE_CONT, child, NULL, NULL) == -1)
            kill(child, SIGCONT);
        if (waitpid(child, &status, 0) != child)
            return 0;
    }
    return status == 0;
}

int main(int argc, char *argv[])
{
    char text[] = GREETING;
    int listener = open_listener(argc, argv), connection = accept_client(listener);

    if (!sent_unseen(connection, text, strlen(text)) && write(connection, text, strlen(text)) == -1)
        fail("write");
    end(connection, listener);
    return 0;
}
