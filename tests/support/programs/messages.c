/* Connects, sends two messages with sendmmsg, receives with recvmmsg, and sends a file with sendfile in two pieces. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    char first[] = "abc", second[] = "defg", buffer[2][8] = {"", ""};
    struct iovec out[2] = {{first, 3}, {second, 4}}, in[2] = {{buffer[0], 8}, {buffer[1], 8}};
    struct mmsghdr sent[2], received[2];
    struct sockaddr_in address;
    FILE *file = tmpfile();
    off_t offset = 3;
    int tcp = socket(AF_INET, SOCK_STREAM, 0), count;

    (void)argc;
    memset(&address, 0, sizeof address);
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = inet_addr(argv[1]);
    address.sin_port = htons(atoi(argv[2]));
    if (connect(tcp, (struct sockaddr *)&address, sizeof address) == -1 || file == NULL)
        return 1;
    memset(sent, 0, sizeof sent);
    memset(received, 0, sizeof received);
    for (int i = 0; i < 2; i++) {
        sent[i].msg_hdr.msg_iov = &out[i];
        received[i].msg_hdr.msg_iov = &in[i];
        sent[i].msg_hdr.msg_iovlen = received[i].msg_hdr.msg_iovlen = 1;
    }
    count = sendmmsg(tcp, sent, 2, 0);
    printf("%d %u %u, ", count, sent[0].msg_len, sent[1].msg_len);
    count = recvmmsg(tcp, received, 2, MSG_WAITFORONE, NULL);
    printf("%d %u %s, ", count, received[0].msg_len, buffer[0]);
    fputs("012345", file);
    rewind(file);
    printf("%zd ", sendfile(tcp, fileno(file), NULL, 2));
    printf("%zd\n", sendfile(tcp, fileno(file), &offset, 9));
    return close(tcp);
}
