/* Writes one byte at a time, and reads one byte at a time, when the whole line is written.
 * exercise: echo_client
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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

static size_t read_some(int descriptor, char *buffer, size_t size)
{
    ssize_t count;

    do
        count = read(descriptor, buffer, size);
    while (count == -1 && errno == EINTR);
    if (count == -1)
        fail("read");
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

static int is_quit(const char *line)
{
    return strcmp(line, "q\n") == 0 || strcmp(line, "Q\n") == 0 || strcmp(line, "q") == 0 || strcmp(line, "Q") == 0;
}

static void print_answer(int connection, size_t owed)
{
    char byte;

    for (; owed > 0; owed--) {
        if (read_some(connection, &byte, 1) == 0) {
            fputs("the server is gone\n", stderr);
            exit(1);
        }
        putchar(byte);
    }
    if (fflush(stdout) == EOF)
        fail("standard output");
}

int main(int argc, char *argv[])
{
    if (argc != 3) {
        fprintf(stderr, "usage: %s <ip> <port>\n", argv[0]);
        return 1;
    }

    char *line = NULL;
    size_t size = 0;
    ssize_t length;
    if (signal(SIGPIPE, SIG_IGN) == SIG_ERR)
        fail("signal");
    int connection = connect_to(argv[1], argv[2]);
    while ((length = getline(&line, &size, stdin)) != -1 && !is_quit(line)) {
        for (ssize_t i = 0; i < length; i++)
            write_all(connection, &line[i], 1);
        print_answer(connection, (size_t)length);
    }
    free(line);
    if (close(connection) == -1)
        fail("close");
    return 0;
}
