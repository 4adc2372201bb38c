/* Takes several datagrams with one call, and answers each.
 * exercise: udp_echo_server
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum { AT_ONCE = 4 };

int main(int argc, char *argv[])
{
    static char data[AT_ONCE][1024];
    struct sockaddr_in address = {.sin_family = AF_INET}, clients[AT_ONCE];
    struct iovec pieces[AT_ONCE];
    struct mmsghdr messages[AT_ONCE];
    int port = argc == 2 ? atoi(argv[1]) : 0;

    if (port <= 0) {
        fprintf(stderr, "usage: %s <port>\n", argv[0]);
        return 1;
    }
    int server = socket(AF_INET, SOCK_DGRAM, 0);
    if (server == -1) {
        perror("socket");
        return 1;
    }
    address.sin_port = htons((in_port_t)port);
    if (bind(server, (struct sockaddr *)&address, sizeof address) == -1) {
        perror("bind");
        return 1;
    }
    for (;;) {
        memset(messages, 0, sizeof messages);
        for (int one = 0; one < AT_ONCE; one++) {
            pieces[one] = (struct iovec){data[one], sizeof data[one]};
            messages[one].msg_hdr = (struct msghdr){.msg_name = &clients[one], .msg_namelen = sizeof clients[one],
                                                    .msg_iov = &pieces[one], .msg_iovlen = 1};
        }
        int count = recvmmsg(server, messages, AT_ONCE, MSG_WAITFORONE, NULL);
        for (int one = 0; one < count; one++)
            while (sendto(server, data[one], messages[one].msg_len, 0, (struct sockaddr *)&clients[one],
                          messages[one].msg_hdr.msg_namelen) == -1 &&
                   errno == EINTR)
                ;
    }
}
