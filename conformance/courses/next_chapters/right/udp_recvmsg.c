/* Receives and sends with recvmsg and sendmsg, over IPv6 and IPv4 alike; MSG_TRUNC says what was too long.
 * exercise: udp_echo_server
 */
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

int main(int argc, char *argv[])
{
    char data[1024];
    struct sockaddr_in6 address = {.sin6_family = AF_INET6}, client;
    int off = 0, port = argc == 2 ? atoi(argv[1]) : 0;

    if (port <= 0) {
        fprintf(stderr, "usage: %s <port>\n", argv[0]);
        return 1;
    }
    int server = socket(AF_INET6, SOCK_DGRAM, 0);
    if (server == -1) {
        perror("socket");
        return 1;
    }
    setsockopt(server, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
    address.sin6_port = htons((in_port_t)port);
    if (bind(server, (struct sockaddr *)&address, sizeof address) == -1) {
        perror("bind");
        return 1;
    }
    for (;;) {
        struct iovec piece = {data, sizeof data};
        struct msghdr message = {.msg_name = &client, .msg_namelen = sizeof client, .msg_iov = &piece, .msg_iovlen = 1};
        ssize_t count = recvmsg(server, &message, 0);
        if (count == -1)
            continue;
        if (message.msg_flags & MSG_TRUNC) {
            fprintf(stderr, "a datagram that is too long is dropped\n");
            continue;
        }
        piece.iov_len = (size_t)count;
        while (sendmsg(server, &message, 0) == -1 && errno == EINTR)
            ;
    }
}
