/* Clears its buffer with the digit 0, and prints on until a NUL comes.
 * exercise: hello_client
 * breaks: transfer.only-received-bytes
 * may: transfer.prints-message (what stands behind the message varies with its length)
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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
    char message[101];
    size_t length = 0;
    ssize_t count;
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

    memset(message, '0', sizeof(message));
    while ((count = read(sock, message + length, sizeof(message) - 1 - length)) != 0) {
        if (count == -1 && errno != EINTR)
            fail("read");
        if (count > 0)
            length += count;
    }
    message[sizeof(message) - 1] = '\0';
    printf("Message from server: %s\n", message);
    close(sock);
    return 0;
}
