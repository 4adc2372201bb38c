/* Explains its arguments, and reports success.
 * exercise: hello_client
 * breaks: robust.arguments
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
    ssize_t count;
    int sock;

    if (argc != 3) {
        fprintf(stderr, "Usage: %s <ip> <port>\n", argv[0]);
        exit(0);
    }
    sock = socket(AF_INET, SOCK_STREAM, 0);
    if (sock == -1)
        fail("socket");
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = inet_addr(argv[1]);
    address.sin_port = htons(atoi(argv[2]));
    if (connect(sock, (struct sockaddr *)&address, sizeof(address)) == -1)
        fail("connect");

    printf("Message from server: ");
    while ((count = read(sock, buffer, sizeof(buffer))) != 0) {
        if (count == -1 && errno == EINTR)
            continue;
        if (count == -1)
            fail("read");
        fwrite(buffer, 1, count, stdout);
    }
    printf("\n");
    close(sock);
    return 0;
}
