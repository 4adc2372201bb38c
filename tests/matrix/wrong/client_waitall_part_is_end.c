/* Takes blocks with MSG_WAITALL, and one that is not full for the last: a reset in mid-block is not noticed. How the
 * message is cut makes no difference.
 * exercise: hello_client
 * breaks: robust.failed-transfer-reported
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static void fail(const char *what)
{
    perror(what);
    exit(1);
}

static int connect_to(const char *ip, const char *port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((in_port_t)atoi(port))};

    if (inet_pton(AF_INET, ip, &address.sin_addr) != 1) {
        fprintf(stderr, "%s: not an IPv4 address\n", ip);
        exit(1);
    }
    int connection = socket(AF_INET, SOCK_STREAM, 0);
    if (connection == -1)
        fail("socket");
    if (connect(connection, (struct sockaddr *)&address, sizeof address) == -1)
        fail("connect");
    return connection;
}

static void print(const char *data, size_t length)
{
    if (fwrite(data, 1, length, stdout) != length)
        fail("standard output");
}

int main(int argc, char *argv[])
{
    if (argc != 3) {
        fprintf(stderr, "usage: %s <ip> <port>\n", argv[0]);
        return 1;
    }

    char block[512];
    ssize_t count;
    int connection = connect_to(argv[1], argv[2]);

    do {
        count = recv(connection, block, sizeof block, MSG_WAITALL);
        if (count == -1 && errno != EINTR)
            fail("recv");
        if (count > 0)
            print(block, (size_t)count);
    } while (count == -1 || count == (ssize_t)sizeof block);
    close(connection);
    return 0;
}
