/* Reaches the IPv4 address through an IPv6 socket.
 * exercise: hello_client
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
    struct sockaddr_in6 address = {.sin6_family = AF_INET6, .sin6_port = htons((in_port_t)atoi(port))};
    char mapped[INET6_ADDRSTRLEN];

    snprintf(mapped, sizeof mapped, "::ffff:%s", ip);
    if (inet_pton(AF_INET6, mapped, &address.sin6_addr) != 1) {
        fprintf(stderr, "%s: not an IPv4 address\n", ip);
        exit(1);
    }
    int connection = socket(AF_INET6, SOCK_STREAM, 0);
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

    char buffer[512];
    int connection = connect_to(argv[1], argv[2]);
    for (;;) {
        ssize_t count = read(connection, buffer, sizeof buffer);
        if (count == -1 && errno == EINTR)
            continue;
        if (count == -1)
            fail("read");
        if (count == 0)
            break;
        print(buffer, (size_t)count);
    }
    close(connection);
    if (fflush(stdout) == EOF)
        fail("standard output");
    return 0;
}
