/* Opens the file before it connects, so that a place that cannot be written is known at once.
 * exercise: file_client
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
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

static size_t receive(int connection, char *buffer, size_t size)
{
    ssize_t count;

    do
        count = recv(connection, buffer, size, 0);
    while (count == -1 && errno == EINTR);
    if (count == -1)
        fail("recv");
    return (size_t)count;
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

int main(int argc, char *argv[])
{
    if (argc != 4) {
        fprintf(stderr, "usage: %s <ip> <port> <path>\n", argv[0]);
        return 1;
    }

    char buffer[4096];
    size_t count;
    int file = open(argv[3], O_WRONLY | O_CREAT | O_TRUNC, 0644);
    if (file == -1)
        fail(argv[3]);
    int connection = connect_to(argv[1], argv[2]);
    while ((count = receive(connection, buffer, sizeof buffer)) > 0)
        write_all(file, buffer, count);
    if (close(connection) == -1)
        fail("close");
    if (close(file) == -1)
        fail(argv[3]);
    return 0;
}
