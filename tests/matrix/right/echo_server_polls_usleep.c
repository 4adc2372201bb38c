/* Asks every socket without blocking, and sleeps two milliseconds when nothing has moved.
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
#include <unistd.h>

static void fail(const char *what)
{
    perror(what);
    exit(1);
}

static void rest(void)
{
    usleep(2000);
}

static int open_listener(const char *port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((in_port_t)atoi(port))};
    int on = 1;

    address.sin_addr.s_addr = htonl(INADDR_ANY);
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
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

enum { MOST = 256, ROOM = 4096 };

struct client {
    int connection;
    int ended;
    size_t sent, owed;
    char data[ROOM];
};

static int is_for_later(void)
{
    return errno == EAGAIN || errno == EINTR;
}

/* Moves what can be moved; 1 where something was, 0 where nothing was, -1 where the client is done with. */
static int step(struct client *one)
{
    ssize_t count;

    if (one->sent < one->owed) {
        count = send(one->connection, one->data + one->sent, one->owed - one->sent, MSG_NOSIGNAL);
        if (count == -1)
            return is_for_later() ? 0 : -1;
        one->sent += (size_t)count;
        return 1;
    }
    count = recv(one->connection, one->data, ROOM, 0);
    if (count == -1)
        return is_for_later() ? 0 : -1;
    one->sent = 0;
    one->owed = (size_t)count;
    return count == 0 ? -1 : 1;
}

static struct client *clients[MOST];
static int count;

static int welcome(int listener)
{
    if (count == MOST)
        return 0;
    int connection = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
    if (connection == -1) {
        if (errno != EAGAIN && errno != EINTR && errno != ECONNABORTED)
            perror("accept");
        return 0;
    }
    struct client *one = calloc(1, sizeof *one);
    if (one == NULL) {
        close(connection);
        return 0;
    }
    one->connection = connection;
    clients[count++] = one;
    return 1;
}

static int serve_all(void)
{
    int moved = 0;

    for (int i = count - 1; i >= 0; i--) {
        int result = step(clients[i]);
        moved |= result != 0;
        if (result == -1) {
            close(clients[i]->connection);
            free(clients[i]);
            clients[i] = clients[--count];
        }
    }
    return moved;
}

int main(int argc, char *argv[])
{
    if (argc != 2) {
        fprintf(stderr, "usage: %s <port>\n", argv[0]);
        return 1;
    }

    int listener = open_listener(argv[1]);
    for (;;) {
        int moved = welcome(listener);
        moved |= serve_all();
        if (!moved)
            rest();
    }
}
