/* Serves all clients in one loop with select.
 * exercise: process_echo_server
 * breaks: robust.process-for-each
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/select.h>
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

/* By descriptor; select knows none from FD_SETSIZE on, and a client that would get one is sent away. */
static struct client *clients[FD_SETSIZE];

static void add(int connection)
{
    struct client *client = connection < FD_SETSIZE ? calloc(1, sizeof *client) : NULL;

    if (client == NULL) {
        close(connection);
        return;
    }
    client->connection = connection;
    clients[connection] = client;
}

static void drop(int connection)
{
    close(connection);
    free(clients[connection]);
    clients[connection] = NULL;
}

static int wait_for(int listener, fd_set *readable, fd_set *writable)
{
    FD_ZERO(readable);
    FD_ZERO(writable);
    FD_SET(listener, readable);
    for (int i = 0; i < FD_SETSIZE; i++)
        if (clients[i] != NULL)
            FD_SET(i, owes(clients[i]) ? writable : readable);
    int ready = select(FD_SETSIZE, readable, writable, NULL, NULL);
    if (ready == -1 && errno != EINTR)
        fail("select");
    return ready;
}

int main(int argc, char *argv[])
{
    if (argc != 2) {
        fprintf(stderr, "usage: %s <port>\n", argv[0]);
        return 1;
    }

    int listener = open_waiting_listener(argv[1]);
    for (;;) {
        fd_set readable, writable;
        if (wait_for(listener, &readable, &writable) == -1)
            continue;
        for (int i = 0; i < FD_SETSIZE; i++)
            if (clients[i] != NULL && (FD_ISSET(i, &readable) || FD_ISSET(i, &writable)) && step(clients[i]) == -1)
                drop(i);
        int connection = FD_ISSET(listener, &readable) ? accept_waiting(listener) : -1;
        if (connection != -1)
            add(connection);
    }
}
