/* Serves many clients with edge-triggered epoll.
 * exercise: hello_server
 */

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

static const char greeting[] = "Hello World!";

struct client {
    int connection;
    size_t sent;
};

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

static void watch(int set, int descriptor, uint32_t events, struct client *client)
{
    struct epoll_event event = {.events = events | EPOLLET, .data.ptr = client};

    if (epoll_ctl(set, EPOLL_CTL_ADD, descriptor, &event) == -1)
        fail("epoll_ctl");
}

/* An edge is told once: all that wait are taken. */
static void accept_all(int set, int listener)
{
    for (;;) {
        int connection = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (connection == -1) {
            if (errno == EINTR || errno == ECONNABORTED)
                continue;
            if (errno == EAGAIN)
                return;
            fail("accept4");
        }
        struct client *client = calloc(1, sizeof *client);
        if (client == NULL)
            fail("calloc");
        client->connection = connection;
        watch(set, connection, EPOLLOUT, client);
    }
}

static void go_on(struct client *client)
{
    while (client->sent < strlen(greeting)) {
        ssize_t count = send(client->connection, greeting + client->sent, strlen(greeting) - client->sent, MSG_NOSIGNAL);
        if (count == -1 && errno == EINTR)
            continue;
        if (count == -1 && errno == EAGAIN)
            return;
        if (count == -1) {
            perror("send");
            break;
        }
        client->sent += (size_t)count;
    }
    close(client->connection);
    free(client);
}

int main(int argc, char *argv[])
{
    if (argc != 2) {
        fprintf(stderr, "usage: %s <port>\n", argv[0]);
        return 1;
    }

    int listener = open_listener(argv[1]);
    if (fcntl(listener, F_SETFL, O_NONBLOCK) == -1)
        fail("fcntl");
    int set = epoll_create1(EPOLL_CLOEXEC);
    if (set == -1)
        fail("epoll_create1");
    watch(set, listener, EPOLLIN, NULL);
    for (;;) {
        struct epoll_event events[16];
        int count = epoll_wait(set, events, 16, -1);
        if (count == -1 && errno != EINTR)
            fail("epoll_wait");
        for (int i = 0; i < count; i++) {
            if (events[i].data.ptr == NULL)
                accept_all(set, listener);
            else
                go_on(events[i].data.ptr);
        }
    }
}
