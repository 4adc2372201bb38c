/* Lets the system move the bytes through a pipe, and reads and writes where it cannot.
 * exercise: file_client
 */
#define _GNU_SOURCE
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

static ssize_t move(int from, int to, size_t size)
{
    ssize_t count;

    do
        count = splice(from, NULL, to, NULL, size, 0);
    while (count == -1 && errno == EINTR);
    return count;
}

static void copy(int connection, int file)
{
    char buffer[4096];
    size_t count;

    while ((count = receive(connection, buffer, sizeof buffer)) > 0)
        write_all(file, buffer, count);
}

static void copy_in_kernel(int connection, int file)
{
    int passage[2];
    ssize_t in, out;

    if (pipe(passage) == -1)
        fail("pipe");
    while ((in = move(connection, passage[1], 65536)) > 0)
        for (; in > 0; in -= out)
            if ((out = move(passage[0], file, (size_t)in)) <= 0)
                fail("splice");
    if (in == -1 && errno != ENOSYS && errno != EINVAL)
        fail("splice");
    if (in == -1)
        copy(connection, file);
    close(passage[0]);
    close(passage[1]);
}

int main(int argc, char *argv[])
{
    if (argc != 4) {
        fprintf(stderr, "usage: %s <ip> <port> <path>\n", argv[0]);
        return 1;
    }

    int connection = connect_to(argv[1], argv[2]);
    int file = open(argv[3], O_WRONLY | O_CREAT | O_TRUNC, 0644);
    if (file == -1)
        fail(argv[3]);
    copy_in_kernel(connection, file);
    if (close(connection) == -1)
        fail("close");
    if (close(file) == -1)
        fail(argv[3]);
    return 0;
}
