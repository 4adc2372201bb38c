/* Reads the answer while it still sends: with poll, on a connection that does not block.
 * exercise: echo_client
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
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

static int is_quit(const char *line)
{
    return strcmp(line, "q\n") == 0 || strcmp(line, "Q\n") == 0 || strcmp(line, "q") == 0 || strcmp(line, "Q") == 0;
}

static int is_for_later(ssize_t count)
{
    return count == -1 && (errno == EAGAIN || errno == EINTR);
}

static size_t send_some(int connection, const char *data, size_t length)
{
    ssize_t count = send(connection, data, length, MSG_NOSIGNAL);

    if (is_for_later(count))
        return 0;
    if (count == -1)
        fail("send");
    return (size_t)count;
}

static size_t print_some(int connection, size_t owed)
{
    char buffer[512];
    ssize_t count = recv(connection, buffer, owed < sizeof buffer ? owed : sizeof buffer, 0);

    if (is_for_later(count))
        return 0;
    if (count == -1)
        fail("recv");
    if (count == 0) {
        fputs("the server is gone\n", stderr);
        exit(1);
    }
    fwrite(buffer, 1, (size_t)count, stdout);
    return (size_t)count;
}

static void exchange(int connection, const char *line, size_t length)
{
    size_t sent = 0, answered = 0;

    while (answered < length) {
        struct pollfd waiting = {.fd = connection, .events = POLLIN | (sent < length ? POLLOUT : 0)};
        if (poll(&waiting, 1, -1) == -1) {
            if (errno == EINTR)
                continue;
            fail("poll");
        }
        if (waiting.revents & POLLOUT && sent < length)
            sent += send_some(connection, line + sent, length - sent);
        if (waiting.revents & (POLLIN | POLLHUP | POLLERR))
            answered += print_some(connection, length - answered);
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
    int connection = connect_to(argv[1], argv[2]);
    if (fcntl(connection, F_SETFL, O_NONBLOCK) == -1)
        fail("fcntl");
    while ((length = getline(&line, &size, stdin)) != -1 && !is_quit(line))
        exchange(connection, line, (size_t)length);
    free(line);
    if (close(connection) == -1)
        fail("close");
    return 0;
}
