/* Connects, sends with writev and sendmsg, receives with readv and recvmsg, and prints what came. */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    char one[4] = "ab", two[4] = "cd";
    struct iovec parts[2] = {{one, 2}, {two, 2}};
    struct msghdr message;
    struct sockaddr_in address;
    int tcp = socket(AF_INET, SOCK_STREAM, 0);

    (void)argc;
    memset(&address, 0, sizeof address);
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = inet_addr(argv[1]);
    address.sin_port = htons(atoi(argv[2]));
    if (connect(tcp, (struct sockaddr *)&address, sizeof address) == -1)
        return 1;
    memset(&message, 0, sizeof message);
    message.msg_iov = parts;
    message.msg_iovlen = 2;
    printf("%zd %zd", writev(tcp, parts, 2), sendmsg(tcp, &message, 0));
    printf(" %zd %zd", readv(tcp, parts, 2), recvmsg(tcp, &message, 0));
    printf(" %.2s%.2s\n", one, two);
    return close(tcp);
}
