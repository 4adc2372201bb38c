/* Keeps a copy of what it sends, in memory that has room for the end of the text too.
 * exercise: echo_client
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
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

static void send_all(int connection, const char *data, size_t length)
{
    while (length > 0) {
        ssize_t sent = send(connection, data, length, MSG_NOSIGNAL);
        if (sent == -1 && errno == EINTR)
            continue;
        if (sent == -1)
            fail("send");
        data += sent;
        length -= (size_t)sent;
    }
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

static int is_quit(const char *line)
{
    return strcmp(line, "q\n") == 0 || strcmp(line, "Q\n") == 0 || strcmp(line, "q") == 0 || strcmp(line, "Q") == 0;
}

static void print_answer(int connection, size_t owed)
{
    char buffer[500];

    while (owed > 0) {
        size_t count = receive(connection, buffer, owed < sizeof buffer ? owed : sizeof buffer);
        if (count == 0) {
            fputs("the server is gone\n", stderr);
            exit(1);
        }
        fwrite(buffer, 1, count, stdout);
        owed -= count;
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

    char part[1024];
    int at_start = 1;
    int connection = connect_to(argv[1], argv[2]);
    while (fgets(part, sizeof part, stdin) != NULL && !(at_start && is_quit(part))) {
        size_t length = strlen(part);
        char *copy = malloc(length + 1);
        if (copy == NULL)
            fail("malloc");
        strcpy(copy, part);
        send_all(connection, copy, length);
        free(copy);
        print_answer(connection, length);
        at_start = part[length - 1] == '\n';
    }
    if (close(connection) == -1)
        fail("close");
    return 0;
}
