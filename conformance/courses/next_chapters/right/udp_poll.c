/* Waits with poll and never in recvfrom; MSG_TRUNC tells the true length, which is compared with the buffer.
 * exercise: udp_echo_server
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

int main(int argc, char *argv[])
{
    static char data[2048];
    struct sockaddr_in address = {.sin_family = AF_INET}, client;
    int on = 1, port = argc == 2 ? atoi(argv[1]) : 0;

    if (port <= 0) {
        fprintf(stderr, "usage: %s <port>\n", argv[0]);
        return 1;
    }
    int server = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, IPPROTO_UDP);
    if (server == -1) {
        perror("socket");
        return 1;
    }
    setsockopt(server, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    address.sin_port = htons((in_port_t)port);
    if (bind(server, (struct sockaddr *)&address, sizeof address) == -1) {
        perror("bind");
        return 1;
    }
    for (;;) {
        struct pollfd wait = {server, POLLIN, 0};
        if (poll(&wait, 1, 5000) <= 0)
            continue;
        for (;;) {
            socklen_t size = sizeof client;
            ssize_t count = recvfrom(server, data, sizeof data, MSG_TRUNC, (struct sockaddr *)&client, &size);
            if (count == -1 && errno == EINTR)
                continue;
            if (count == -1)
                break;
            if ((size_t)count > sizeof data)
                continue;
            while (sendto(server, data, (size_t)count, 0, (struct sockaddr *)&client, size) == -1 && errno == EINTR)
                ;
        }
    }
}
