/* Waits with select, and receives from a connection that does not block.
 * exercise: file_client
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/select.h>
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

static void write_all(int descriptor, const char *data, size_t length)
{
    while (length > 0) {
        ssize_t count = write(descriptor, data, length);
        if (count == -1 && errno == EINTR)
            continue;
        if (count == -1)
            fail("write");
        data += count;
        length -= (size_t)count;
    }
}

static void wait_for(int connection)
{
    fd_set readable;

    FD_ZERO(&readable);
    FD_SET(connection, &readable);
    if (select(connection + 1, &readable, NULL, NULL, NULL) == -1 && errno != EINTR)
        fail("select");
}

static size_t receive(int connection, char *buffer, size_t size)
{
    for (;;) {
        ssize_t count = recv(connection, buffer, size, 0);
        if (count >= 0)
            return (size_t)count;
        if (errno == EAGAIN)
            wait_for(connection);
        else if (errno != EINTR)
            fail("recv");
    }
}

int main(int argc, char *argv[])
{
    if (argc != 4) {
        fprintf(stderr, "usage: %s <ip> <port> <path>\n", argv[0]);
        return 1;
    }

    char buffer[4096];
    size_t count;
    int connection = connect_to(argv[1], argv[2]);
    if (fcntl(connection, F_SETFL, O_NONBLOCK) == -1)
        fail("fcntl");
    int file = open(argv[3], O_WRONLY | O_CREAT | O_TRUNC, 0644);
    if (file == -1)
        fail(argv[3]);
    while ((count = receive(connection, buffer, sizeof buffer)) > 0)
        write_all(file, buffer, count);
    if (close(connection) == -1)
        fail("close");
    if (close(file) == -1)
        fail(argv[3]);
    return 0;
}
