/* Connects with one descriptor, reads through a copy of it, and closes both.
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

    char buffer[1000];
    int connection = connect_to(argv[1], argv[2]);
    int copy = dup(connection);
    if (copy == -1)
        fail("dup");
    for (;;) {
        ssize_t count = read(copy, buffer, sizeof buffer);
        if (count == -1 && errno == EINTR)
            continue;
        if (count == -1)
            fail("read");
        if (count == 0)
            break;
        print(buffer, (size_t)count);
    }
    close(copy);
    close(connection);
    if (fflush(stdout) == EOF)
        fail("standard output");
    return 0;
}
