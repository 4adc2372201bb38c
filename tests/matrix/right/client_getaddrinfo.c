/* Tries each address of getaddrinfo with a new socket until one answers.
 * exercise: hello_client
 */
#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static void fail(const char *what)
{
    perror(what);
    exit(1);
}

static int try_address(const struct addrinfo *address)
{
    int connection = socket(address->ai_family, address->ai_socktype, address->ai_protocol);
    if (connection == -1) {
        perror("socket");
        return -1;
    }
    if (connect(connection, address->ai_addr, address->ai_addrlen) == -1) {
        perror("connect");
        close(connection);
        return -1;
    }
    return connection;
}

static int connect_to(const char *host, const char *port)
{
    struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
    struct addrinfo *addresses;
    int problem = getaddrinfo(host, port, &hints, &addresses);
    if (problem != 0) {
        fprintf(stderr, "%s: %s\n", host, gai_strerror(problem));
        exit(1);
    }
    int connection = -1;
    for (struct addrinfo *address = addresses; address != NULL && connection == -1; address = address->ai_next)
        connection = try_address(address);
    freeaddrinfo(addresses);
    if (connection == -1)
        exit(1);
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

    char buffer[1024];
    int connection = connect_to(argv[1], argv[2]);
    for (;;) {
        ssize_t count = recv(connection, buffer, sizeof buffer, 0);
        if (count == -1 && errno == EINTR)
            continue;
        if (count == -1)
            fail("recv");
        if (count == 0)
            break;
        print(buffer, (size_t)count);
    }
    close(connection);
    if (fflush(stdout) == EOF)
        fail("standard output");
    return 0;
}
