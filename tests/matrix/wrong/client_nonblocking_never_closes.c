/* Waits for its connection without blocking, and never closes it.
 * exercise: hello_client
 * breaks: descriptor.closed-once
 */
#include <arpa/inet.h>
#include <errno.h>
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

static void wait_for(int connection, short events)
{
    struct pollfd watched = {.fd = connection, .events = events};

    while (poll(&watched, 1, -1) == -1)
        if (errno != EINTR)
            fail("poll");
}

static void finish_connecting(int connection)
{
    int problem;
    socklen_t length = sizeof problem;

    wait_for(connection, POLLOUT);
    if (getsockopt(connection, SOL_SOCKET, SO_ERROR, &problem, &length) == -1)
        fail("getsockopt");
    if (problem != 0) {
        fprintf(stderr, "connect: %s\n", strerror(problem));
        exit(1);
    }
}

static int connect_to(const char *ip, const char *port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((in_port_t)atoi(port))};

    if (inet_pton(AF_INET, ip, &address.sin_addr) != 1) {
        fprintf(stderr, "%s: not an IPv4 address\n", ip);
        exit(1);
    }
    int connection = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (connection == -1)
        fail("socket");
    if (connect(connection, (struct sockaddr *)&address, sizeof address) == -1) {
        if (errno != EINPROGRESS)
            fail("connect");
        finish_connecting(connection);
    }
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

    char buffer[256];
    int connection = connect_to(argv[1], argv[2]);
    for (;;) {
        ssize_t count = recv(connection, buffer, sizeof buffer, 0);
        if (count == 0)
            break;
        if (count > 0)
            print(buffer, (size_t)count);
        else if (errno == EAGAIN)
            wait_for(connection, POLLIN);
        else if (errno != EINTR)
            fail("recv");
    }
    if (fflush(stdout) == EOF)
        fail("standard output");
    return 0;
}
