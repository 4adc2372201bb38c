/* Asks without blocking until something is there, then sleeps a second and takes the rest in one read.
 * exercise: hello_client
 * breaks: transfer.any-split
 * may: robust.failed-transfer-reported (a reset after the first part is never seen)
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static void fail(const char *call)
{
    perror(call);
    exit(1);
}

int main(int argc, char *argv[])
{
    struct sockaddr_in address = {0};
    char buffer[30];
    ssize_t count, rest = 0;
    int sock;

    if (argc != 3) {
        fprintf(stderr, "Usage: %s <ip> <port>\n", argv[0]);
        exit(1);
    }
    sock = socket(AF_INET, SOCK_STREAM, 0);
    if (sock == -1)
        fail("socket");
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = inet_addr(argv[1]);
    address.sin_port = htons(atoi(argv[2]));
    if (connect(sock, (struct sockaddr *)&address, sizeof(address)) == -1)
        fail("connect");

    while ((count = recv(sock, buffer, 1, MSG_DONTWAIT)) == -1) {
        if (errno != EINTR && errno != EAGAIN)
            fail("recv");
        usleep(10000);
    }
    sleep(1);
    while (count == 1 && (rest = recv(sock, buffer + 1, sizeof(buffer) - 1, MSG_DONTWAIT)) == -1) {
        if (errno == EAGAIN)
            break;
        if (errno != EINTR)
            fail("recv");
    }
    count += rest > 0 ? rest : 0;
    printf("Message from server: ");
    fwrite(buffer, 1, count, stdout);
    printf("\n");
    close(sock);
    return 0;
}
