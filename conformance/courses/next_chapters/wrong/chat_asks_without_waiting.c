/* Asks select again and again, and never lets it wait.
 * exercise: chat_server
 * breaks: robust.no-busy-wait
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BACKLOG = 5, BUFFER_SIZE = 1024, PAUSE_MILLISECONDS = 100, WAITS_AT_MOST = 4 << 20 };

/* Says which call failed and why, and ends the program with a status that a shell takes for a failure. */
static void fail(const char *call)
{
    perror(call);
    exit(1);
}

/* Returns 0 for what is not a port: atoi would take "91x0" for 91, and 70000 would become another port. */
static in_port_t parse_port(const char *text)
{
    char *end;
    long port = strtol(text, &end, 10);

    return *end == '\0' && port > 0 && port <= 65535 ? (in_port_t)port : 0;
}

static int open_listener(in_port_t port)
{
    struct sockaddr_in address;
    int on = 1;

    int listener = socket(AF_INET, SOCK_STREAM, 0);
    if (listener == -1)
        fail("socket");

    /* Connections of the last run may still stand in TIME_WAIT: without this, bind refuses their port for a minute. */
    if (setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == -1)
        fail("setsockopt");

    /* Addresses and ports are kept in the byte order of the network, which is not that of most machines. */
    memset(&address, 0, sizeof address);
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_ANY);
    address.sin_port = htons(port);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) == -1)
        fail("bind");

    if (listen(listener, BACKLOG) == -1)
        fail("listen");
    return listener;
}

/* What the system is short of now it may have again in a moment. */
static bool is_shortage(int error)
{
    return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM;
}

static bool does_not_block(int descriptor)
{
    int flags = fcntl(descriptor, F_GETFL);

    return flags != -1 && fcntl(descriptor, F_SETFL, flags | O_NONBLOCK) != -1;
}

/* One of the clients that are there: the number of its descriptor is its place in the table. */
struct client {
    bool is_there;
    char *waiting;
    size_t length, room;
};

static struct client clients[FD_SETSIZE];

/* select has room for descriptors below FD_SETSIZE. */
static void add(int connection)
{
    if (connection >= FD_SETSIZE || !does_not_block(connection)) {
        close(connection);
        return;
    }
    clients[connection].is_there = true;
}

static void take_out(int connection)
{
    if (close(connection) == -1)
        perror("close");
    free(clients[connection].waiting);
    clients[connection] = (struct client){0};
}

/* A client that gave up before its turn, or a signal, is no reason to end. Nor is a shortage, but accept would fail
   again at once: the pause keeps the program from trying as fast as the processor can. */
static void accept_client(int listener)
{
    int connection = accept(listener, NULL, NULL);

    if (connection != -1) {
        add(connection);
    } else if (is_shortage(errno)) {
        perror("accept");
        poll(NULL, 0, PAUSE_MILLISECONDS);
    } else if (errno != EINTR && errno != ECONNABORTED && errno != EAGAIN && errno != EWOULDBLOCK) {
        fail("accept");
    }
}

/* What did not go out stays in front. Returns false for a client that is lost. */
static bool send_waiting(int connection)
{
    struct client *one = &clients[connection];

    while (one->length > 0) {
        ssize_t count = write(connection, one->waiting, one->length);
        if (count == -1 && errno == EINTR)
            continue;
        if (count == -1)
            return errno == EAGAIN || errno == EWOULDBLOCK;
        one->length -= (size_t)count;
        memmove(one->waiting, one->waiting + count, one->length);
    }
    return true;
}

static bool append(struct client *one, const char *data, size_t length)
{
    if (one->length + length > WAITS_AT_MOST)
        return false;
    if (one->length + length > one->room) {
        size_t room = 2 * (one->length + length);
        char *larger = realloc(one->waiting, room);
        if (larger == NULL)
            return false;
        one->waiting = larger;
        one->room = room;
    }
    memcpy(one->waiting + one->length, data, length);
    one->length += length;
    return true;
}

static void say_to_all(const char *data, size_t length)
{
    for (int connection = 0; connection < FD_SETSIZE; connection++)
        if (clients[connection].is_there
            && (!append(&clients[connection], data, length) || !send_waiting(connection)))
            take_out(connection);
}

/* An end and a lost connection are the same here: this client has left. */
static void hear(int connection)
{
    char buffer[BUFFER_SIZE];

    ssize_t count = read(connection, buffer, sizeof buffer);
    if (count > 0)
        say_to_all(buffer, (size_t)count);
    else if (count == 0 || (errno != EINTR && errno != EAGAIN && errno != EWOULDBLOCK))
        take_out(connection);
}

/* select changes the sets that it is given: they are filled anew each time. Returns false where a signal came in. */
static bool wait_for_all(int listener, fd_set *readable, fd_set *writable)
{
    int highest = listener;

    FD_ZERO(readable);
    FD_ZERO(writable);
    FD_SET(listener, readable);
    for (int connection = 0; connection < FD_SETSIZE; connection++) {
        if (!clients[connection].is_there)
            continue;
        FD_SET(connection, readable);
        if (clients[connection].length > 0)
            FD_SET(connection, writable);
        if (connection > highest)
            highest = connection;
    }
    if (select(highest + 1, readable, writable, NULL, &(struct timeval){0, 0}) != -1)
        return true;
    if (errno != EINTR)
        fail("select");
    return false;
}

/* A client may be taken out while another one is served: so each time it is asked whether it is still there. */
static void serve_once(int listener)
{
    fd_set readable, writable;

    if (!wait_for_all(listener, &readable, &writable))
        return;
    for (int connection = 0; connection < FD_SETSIZE; connection++) {
        if (clients[connection].is_there && FD_ISSET(connection, &writable) && !send_waiting(connection))
            take_out(connection);
        if (clients[connection].is_there && FD_ISSET(connection, &readable))
            hear(connection);
    }
    if (FD_ISSET(listener, &readable))
        accept_client(listener);
}

int main(int argc, char *argv[])
{
    in_port_t port = argc == 2 ? parse_port(argv[1]) : 0;
    if (port == 0) {
        fprintf(stderr, "usage: %s <port>\n", argv[0]);
        return 1;
    }

    /* Writing to a client that has left raises SIGPIPE, which would end the program, and all other clients with it.
       Ignored, it leaves write to fail with EPIPE, and that ends one conversation only. */
    if (signal(SIGPIPE, SIG_IGN) == SIG_ERR)
        fail("signal");

    int listener = open_listener(port);
    if (listener >= FD_SETSIZE || !does_not_block(listener)) {
        fprintf(stderr, "%s: the listener cannot be waited for\n", argv[0]);
        return 1;
    }
    for (;;)
        serve_once(listener);
}
