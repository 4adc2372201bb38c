/* Accepts and reads with time-outs of the sockets' own, and begins again when they are over.
 * exercise: echo_server
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

static void fail(const char *what)
{
    perror(what);
    exit(1);
}

static int open_listener(const char *port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((in_port_t)atoi(port))};
    int on = 1;

    address.sin_addr.s_addr = htonl(INADDR_ANY);
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    if (listener == -1)
        fail("socket");
    if (setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == -1)
        fail("setsockopt");
    if (bind(listener, (struct sockaddr *)&address, sizeof address) == -1)
        fail("bind");
    if (listen(listener, 5) == -1)
        fail("listen");
    return listener;
}

static int is_over(void)
{
    return errno == EAGAIN || errno == EINTR;
}

static int send_all(int connection, const char *data, size_t length)
{
    while (length > 0) {
        ssize_t count = send(connection, data, length, MSG_NOSIGNAL);
        if (count == -1 && is_over())
            continue;
        if (count == -1)
            return -1;
        data += count;
        length -= (size_t)count;
    }
    return 0;
}

static void echo(int connection)
{
    char buffer[1024];

    for (;;) {
        ssize_t count = recv(connection, buffer, sizeof buffer, 0);
        if (count == -1 && is_over())
            continue;
        if (count <= 0 || send_all(connection, buffer, (size_t)count) == -1)
            return;
    }
}

int main(int argc, char *argv[])
{
    struct timeval receive = {2, 0}, send_time = {0, 300000};

    if (argc != 2) {
        fprintf(stderr, "usage: %s <port>\n", argv[0]);
        return 1;
    }

    int listener = open_listener(argv[1]);
    if (setsockopt(listener, SOL_SOCKET, SO_RCVTIMEO, &receive, sizeof receive) == -1)
        fail("setsockopt");
    if (setsockopt(listener, SOL_SOCKET, SO_SNDTIMEO, &send_time, sizeof send_time) == -1)
        fail("setsockopt");
    for (;;) {
        int connection = accept(listener, NULL, NULL);
        if (connection == -1) {
            if (!is_over() && errno != ECONNABORTED) {
                perror("accept");
                usleep(10000);
            }
            continue;
        }
        echo(connection);
        close(connection);
    }
}
