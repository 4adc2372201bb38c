/* Reads up to 300 bytes into a buffer of 30.
 * exercise: hello_client
 * breaks: transfer.long-message
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

static size_t length;

static void receive(int sock)
{
    char message[30];
    ssize_t count;

    while ((count = read(sock, message + length, 300 - length)) != 0) {
        if (count == -1 && errno != EINTR)
            fail("read");
        if (count > 0)
            length += count;
    }
    printf("Message from server: %.*s\n", (int)length, message);
}

int main(int argc, char *argv[])
{
    struct sockaddr_in address = {0};
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

    receive(sock);
    close(sock);
    return 0;
}
