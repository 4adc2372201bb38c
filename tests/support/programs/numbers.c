/* Gets numbers in each of the ways there are, also after fork and exec, and over a socket pair; with an argument it
 * only opens one more: what exec left. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static void carry(int over, int *what, int give)
{
    char byte = 'x', space[CMSG_SPACE(sizeof(int))];
    struct iovec part = {&byte, 1};
    struct msghdr message;

    memset(&message, 0, sizeof message);
    memset(space, 0, sizeof space);
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = space;
    message.msg_controllen = sizeof space;
    if (give) {
        struct cmsghdr *header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(sizeof(int));
        memcpy(CMSG_DATA(header), what, sizeof(int));
        if (sendmsg(over, &message, 0) != 1)
            exit(2);
    } else if (recvmsg(over, &message, 0) != 1)
        exit(3);
}

int main(int argc, char **argv)
{
    int pair[2], one, two, status;

    if (argc > 1)
        return open("/dev/null", O_RDONLY) == -1;
    one = open("/dev/null", O_RDONLY);
    two = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    dup(one);
    fcntl(two, F_DUPFD, 20);
    fcntl(two, F_DUPFD_CLOEXEC, 20);
    close(one);
    dup2(two, one);
    dup2(one, one);
    dup3(two, 30, O_CLOEXEC);
    socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
    close_range(20, 25, 0);
    close_range(30, 31, CLOSE_RANGE_CLOEXEC);
    fcntl(one, F_SETFD, FD_CLOEXEC);
    open("/dev/null", O_RDONLY);
    if (fork() == 0) {
        close(pair[0]);
        carry(pair[1], &one, 0);
        dup(two);
        _exit(0);
    }
    close(pair[1]);
    carry(pair[0], &two, 1);
    dup(two);
    wait(&status);
    execl("/proc/self/exe", argv[0], "again", NULL);
    return 1;
}
