/* kind: calls
 * exercise: hello_server
 * tries: a process that shares memory and descriptors, and that no tracer may follow, makes the call
 * promise: status=1 requirement=transfer.short-writes
 */
#include "honest.h"

struct job {
    int connection;
    char *text;
    size_t length;
};

static int write_it(void *job)
{
    struct job *work = job;
    return write(work->connection, work->text, work->length) == -1;
}

/* Tells whether all was sent. */
static int sent_unseen(int connection, char *text, size_t length)
{
    static char stack[1 << 16];
    struct job work = {connection, text, length};
    int status, child = clone(write_it, stack + sizeof stack, CLONE_UNTRACED | CLONE_VM | CLONE_FILES | SIGCHLD, &work);
    return child > 0 && waitpid(child, &status, __WALL) == child && status == 0;
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
