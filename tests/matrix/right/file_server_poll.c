/* Serves many clients in one loop around poll, each with a file and a block of its own.
 * exercise: file_server
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

enum { MOST = 100 };

/* What was read and is not sent yet stands in data, from start to end. At the end of the file only the client's end is
   waited for. */
struct client {
    int connection, file, drains;
    size_t start, end;
    char data[4096];
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

static struct pollfd waiting[MOST + 1];
static struct client clients[MOST + 1];
static nfds_t count;

static void add(int connection, const char *path)
{
    int file = open(path, O_RDONLY);

    if (file == -1) {
        perror(path);
        close(connection);
        return;
    }
    clients[count] = (struct client){.connection = connection, .file = file};
    waiting[count++] = (struct pollfd){.fd = connection, .events = POLLOUT};
}

static void drop(nfds_t i)
{
    if (!clients[i].drains)
        close(clients[i].file);
    close(clients[i].connection);
    count--;
    clients[i] = clients[count];
    waiting[i] = waiting[count];
}

/* Returns what there is to send, 0 at the end, -1 when it cannot be read. */
static ssize_t fill(struct client *client)
{
    ssize_t got;

    do
        got = read(client->file, client->data, sizeof client->data);
    while (got == -1 && errno == EINTR);
    client->start = 0;
    client->end = got > 0 ? (size_t)got : 0;
    return got;
}

static int end_file(struct client *client)
{
    client->drains = 1;
    close(client->file);
    return shutdown(client->connection, SHUT_WR);
}

/* Each makes one step, and returns -1 when the conversation is over. */
static int send_some(struct client *client)
{
    if (client->start == client->end) {
        ssize_t got = fill(client);
        if (got <= 0)
            return got == 0 ? end_file(client) : -1;
    }
    ssize_t sent = send(client->connection, client->data + client->start, client->end - client->start, MSG_NOSIGNAL);
    if (sent == -1)
        return errno == EAGAIN || errno == EINTR ? 0 : -1;
    client->start += (size_t)sent;
    return 0;
}

static int drain(struct client *client)
{
    ssize_t got = recv(client->connection, client->data, sizeof client->data, 0);

    return got > 0 || (got == -1 && (errno == EAGAIN || errno == EINTR)) ? 0 : -1;
}

/* When descriptors run out it pauses, so as not to spin; the client waits in the queue. */
static void accept_waiting(int listener, const char *path)
{
    int connection = accept4(listener, NULL, NULL, SOCK_NONBLOCK);

    if (connection != -1) {
        add(connection, path);
        return;
    }
    if (errno == EINTR || errno == EAGAIN || errno == ECONNABORTED)
        return;
    if (errno != EMFILE && errno != ENFILE && errno != ENOBUFS && errno != ENOMEM)
        fail("accept4");
    perror("accept4");
    poll(NULL, 0, 100);
}

int main(int argc, char *argv[])
{
    if (argc != 3) {
        fprintf(stderr, "usage: %s <port> <path>\n", argv[0]);
        return 1;
    }

    int listener = open_listener(argv[1]);
    if (fcntl(listener, F_SETFL, O_NONBLOCK) == -1)
        fail("fcntl");
    waiting[count++] = (struct pollfd){.fd = listener};
    for (;;) {
        waiting[0].events = count <= MOST ? POLLIN : 0;
        if (poll(waiting, count, -1) == -1) {
            if (errno == EINTR)
                continue;
            fail("poll");
        }
        int comes = waiting[0].revents & POLLIN;
        for (nfds_t i = count - 1; i > 0; i--) {
            if (waiting[i].revents == 0)
                continue;
            if ((clients[i].drains ? drain(&clients[i]) : send_some(&clients[i])) == -1)
                drop(i);
            else
                waiting[i].events = clients[i].drains ? POLLIN : POLLOUT;
        }
        if (comes)
            accept_waiting(listener, argv[2]);
    }
}
