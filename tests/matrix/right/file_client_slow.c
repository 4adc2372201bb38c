/* Sleeps a tenth of a second after each block of 500 bytes that it has stored.
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

static void store(int file, const char *data, size_t length)
{
    while (length > 0) {
        ssize_t count = write(file, data, length);
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

    char block[500];
    int connection = connect_to(argv[1], argv[2]);
    int file = open(argv[3], O_WRONLY | O_CREAT | O_TRUNC, 0644);
    if (file == -1)
        fail("open");
    for (;;) {
        ssize_t count = read(connection, block, sizeof block);
        if (count == 0)
            break;
        if (count == -1) {
            if (errno == EINTR)
                continue;
            fail("read");
        }
        store(file, block, (size_t)count);
        usleep(100000);
    }
    if (close(file) == -1)
        fail("close");
    if (close(connection) == -1)
        fail("close");
    return 0;
}
