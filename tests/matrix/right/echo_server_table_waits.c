/* Serves at most ten clients at once; a client that comes then waits in the backlog until there is room.
 * exercise: echo_server
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MOST = 10 };

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

/* Returns -1 when there is nobody to accept, or no descriptor for it; then it pauses, so as not to spin. */
static int accept_waiting(int listener)
{
    int connection = accept4(listener, NULL, NULL, SOCK_NONBLOCK);

    if (connection != -1 || errno == EINTR || errno == EAGAIN || errno == ECONNABORTED)
        return connection;
    if (errno != EMFILE && errno != ENFILE && errno != ENOBUFS && errno != ENOMEM)
        fail("accept4");
    perror("accept4");
    poll(NULL, 0, 100);
    return -1;
}

static int open_waiting_listener(const char *port)
{
    int listener = open_listener(port);

    if (fcntl(listener, F_SETFL, O_NONBLOCK) == -1)
        fail("fcntl");
    return listener;
}

/* Makes one step, and returns -1 when the conversation is over. */
static int step(struct client *client)
{
    ssize_t count;

    if (owes(client))
        count = send(client->connection, client->data + client->start, client->end - client->start, MSG_NOSIGNAL);
    else
        count = recv(client->connection, client->data, sizeof client->data, 0);
    if (count == -1 && (errno == EINTR || errno == EAGAIN))
        return 0;
    if (count == -1)
        perror("transfer");
    if (count <= 0)
        return -1;
    if (owes(client)) {
        client->start += (size_t)count;
    } else {
        client->start = 0;
        client->end = (size_t)count;
    }
    return 0;
}

static struct pollfd waiting[MOST + 1];
static struct client clients[MOST + 1];
static nfds_t count;

static void add(int connection)
{
    clients[count] = (struct client){.connection = connection};
    waiting[count++] = (struct pollfd){.fd = connection, .events = POLLIN};
}

static void drop(nfds_t i)
{
    close(clients[i].connection);
    count--;
    clients[i] = clients[count];
    waiting[i] = waiting[count];
}

/* From the last to the first: the one that takes the place of a dropped one has had its turn. */
static void serve_ready(void)
{
    for (nfds_t i = count - 1; i > 0; i--) {
        if (waiting[i].revents == 0)
            continue;
        if (step(&clients[i]) == -1)
            drop(i);
        else
            waiting[i].events = owes(&clients[i]) ? POLLOUT : POLLIN;
    }
}

int main(int argc, char *argv[])
{
    if (argc != 2) {
        fprintf(stderr, "usage: %s <port>\n", argv[0]);
        return 1;
    }

    add(open_waiting_listener(argv[1]));
    for (;;) {
        waiting[0].events = count <= MOST ? POLLIN : 0;
        if (poll(waiting, count, -1) == -1) {
            if (errno == EINTR)
                continue;
            fail("poll");
        }
        int comes = waiting[0].revents & POLLIN;
        serve_ready();
        int connection = comes ? accept_waiting(waiting[0].fd) : -1;
        if (connection != -1)
            add(connection);
    }
}
