/* Reads once for each edge that epoll tells: what came with the same edge is left.
 * exercise: echo_server
 * breaks: transfer.half-close
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

/* What was received and is not sent yet stands in data, from start to end; nothing more is received meanwhile. */
struct client {
    int connection;
    size_t start, end;
    char data[2048];
};

static int owes(const struct client *client)
{
    return client->start < client->end;
}

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

/* An edge is told once: all that wait are taken. When descriptors run out, it pauses and says 1: to be tried again. */
static int accept_all(int set, int listener)
{
    for (;;) {
        int connection = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (connection == -1) {
            if (errno == EINTR || errno == ECONNABORTED)
                continue;
            if (errno == EAGAIN)
                return 0;
            if (errno != EMFILE && errno != ENFILE && errno != ENOBUFS && errno != ENOMEM)
                fail("accept4");
            perror("accept4");
            return 1;
        }
        struct client *client = calloc(1, sizeof *client);
        if (client == NULL)
            fail("calloc");
        client->connection = connection;
        watch(set, connection, EPOLLIN | EPOLLOUT, client);
    }
}

/* Returns 1 when it would have to wait, and 0 when the conversation is over. */
static int go_on(struct client *client)
{
    for (;;) {
        ssize_t count;
        if (owes(client))
            count = send(client->connection, client->data + client->start, client->end - client->start, MSG_NOSIGNAL);
        else
            count = recv(client->connection, client->data, sizeof client->data, 0);
        if (count == -1 && errno == EINTR)
            continue;
        if (count == -1 && errno == EAGAIN)
            return 1;
        if (count == -1)
            perror("transfer");
        if (count <= 0)
            return 0;
        if (owes(client)) {
            client->start += (size_t)count;
            if (!owes(client))
                return 1;
        } else {
            client->start = 0;
            client->end = (size_t)count;
        }
    }
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
    int set = epoll_create1(EPOLL_CLOEXEC), again = 0;
    if (set == -1)
        fail("epoll_create1");
    watch(set, listener, EPOLLIN, NULL);
    for (;;) {
        struct epoll_event events[16];
        int count = epoll_wait(set, events, 16, again ? 100 : -1);
        if (count == -1 && errno != EINTR)
            fail("epoll_wait");
        for (int i = 0; i < count; i++) {
            struct client *client = events[i].data.ptr;
            if (client == NULL) {
                again = 1;
            } else if (!go_on(client)) {
                close(client->connection);
                free(client);
            }
        }
        again = again && accept_all(set, listener);
    }
}
