/* kind: calls
 * exercise: hello_server
 * tries: pwritev2 at no place is a writev by another number
 * promise: status=1 requirement=transfer.short-writes
 */
#include "honest.h"

/* Tells whether all was sent. */
static int sent_unseen(int connection, char *text, size_t length)
{
    struct iovec one = {text, length};
    return syscall(SYS_pwritev2, connection, &one, 1, -1L, -1L, 0) > 0;
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
