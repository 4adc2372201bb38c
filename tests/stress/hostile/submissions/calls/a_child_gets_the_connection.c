/* kind: calls
 * exercise: hello_server
 * tries: the connection goes over a socket to a child that no tracer may follow, which sends
 * promise: status=1 verdict=failed,hung,not-run requirement=transfer.short-writes
 */
#include "honest.h"

/* Tells whether all was sent. */
static int sent_unseen(int connection, char *text, size_t length)
{
    char space[CMSG_SPACE(sizeof(int))] = {0}, done;
    struct iovec one = {text, length};
    struct msghdr message = {.msg_iov = &one, .msg_iovlen = 1, .msg_control = space, .msg_controllen = sizeof space};
    struct cmsghdr *rights = CMSG_FIRSTHDR(&message);
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == -1)
        return 0;
    if (syscall(SYS_clone, CLONE_UNTRACED | SIGCHLD, NULL, NULL, NULL, NULL) == 0) {
        if (recvmsg(ends[1], &message, 0) <= 0)
            _exit(1);
        memcpy(&connection, CMSG_DATA(rights), sizeof connection);
        if (write(connection, text, length) == -1 || write(ends[1], "", 1) == -1)
            _exit(1);
        _exit(0);
    }
    rights->cmsg_level = SOL_SOCKET;
    rights->cmsg_type = SCM_RIGHTS;
    rights->cmsg_len = CMSG_LEN(sizeof(int));
    memcpy(CMSG_DATA(rights), &connection, sizeof connection);
    int good = sendmsg(ends[0], &message, 0) > 0 && read(ends[0], &done, 1) == 1;
    close(ends[0]);
    close(ends[1]);
    return good;
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
