/* kind: calls
 * exercise: hello_server
 * tries: sendmmsg
 * promise: status=1 requirement=transfer.short-writes
 */
#include "honest.h"

/* Tells whether all was sent. */
static int sent_unseen(int connection, char *text, size_t length)
{
    struct iovec one = {text, length};
    struct mmsghdr message = {.msg_hdr = {.msg_iov = &one, .msg_iovlen = 1}};
    return sendmmsg(connection, &message, 1, 0) == 1;
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
