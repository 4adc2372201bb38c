/* Keeps what is not sent yet in a ring, which is filled and drained in two parts where it goes over the end.
 * exercise: echo_server
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/uio.h>
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

/* When descriptors run out it pauses, so as not to spin, and tries again. */
static int accept_client(int listener)
{
    for (;;) {
        int connection = accept(listener, NULL, NULL);
        if (connection != -1)
            return connection;
        if (errno == EINTR || errno == ECONNABORTED)
            continue;
        if (errno != EMFILE && errno != ENFILE && errno != ENOBUFS && errno != ENOMEM)
            fail("accept");
        perror("accept");
        poll(NULL, 0, 100);
    }
}

#define SIZE 8192u

/* What was received and is not sent yet: used bytes, from head on, and over the end to the beginning. */
struct ring {
    unsigned head, used;
    char data[SIZE];
};

static int two_parts(struct iovec parts[2], char *data, unsigned at, unsigned length)
{
    unsigned first = length < SIZE - at ? length : SIZE - at;

    parts[0] = (struct iovec){data + at, first};
    parts[1] = (struct iovec){data, length - first};
    return length > first ? 2 : 1;
}

static ssize_t fill(int connection, struct ring *ring)
{
    struct iovec parts[2];
    int count = two_parts(parts, ring->data, (ring->head + ring->used) % SIZE, SIZE - ring->used);
    ssize_t came = readv(connection, parts, count);

    ring->used += came > 0 ? (unsigned)came : 0;
    return came;
}

static ssize_t drain(int connection, struct ring *ring)
{
    struct iovec parts[2];
    int count = two_parts(parts, ring->data, ring->head, ring->used);
    struct msghdr message = {.msg_iov = parts, .msg_iovlen = (size_t)count};
    ssize_t went = sendmsg(connection, &message, MSG_NOSIGNAL);

    ring->head = (ring->head + (went > 0 ? (unsigned)went : 0)) % SIZE;
    ring->used -= went > 0 ? (unsigned)went : 0;
    return went;
}

static void echo(int connection)
{
    static struct ring ring;
    int ended = 0;

    ring.head = ring.used = 0;
    while (!ended || ring.used > 0) {
        struct pollfd waiting = {.fd = connection};
        waiting.events |= !ended && ring.used < SIZE ? POLLIN : 0;
        waiting.events |= ring.used > 0 ? POLLOUT : 0;
        if (poll(&waiting, 1, -1) == -1 && errno != EINTR)
            fail("poll");
        ssize_t came = !ended && ring.used < SIZE && waiting.revents & ~POLLOUT ? fill(connection, &ring) : 1;
        ssize_t went = ring.used > 0 && waiting.revents & ~POLLIN ? drain(connection, &ring) : 1;
        if ((came == -1 || went == -1) && errno != EINTR && errno != EAGAIN) {
            perror("transfer");
            return;
        }
        ended |= came == 0;
    }
}

int main(int argc, char *argv[])
{
    if (argc != 2) {
        fprintf(stderr, "usage: %s <port>\n", argv[0]);
        return 1;
    }

    int listener = open_listener(argv[1]);
    for (;;) {
        int connection = accept_client(listener);
        echo(connection);
        close(connection);
    }
}
