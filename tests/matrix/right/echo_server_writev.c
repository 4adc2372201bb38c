/* Receives into two buffers, and sends both with one sendmsg.
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

static ssize_t transfer(int connection, struct iovec *parts, int count, int sends)
{
    struct msghdr message = {.msg_iov = parts, .msg_iovlen = (size_t)count};
    ssize_t done;

    do
        done = sends ? sendmsg(connection, &message, MSG_NOSIGNAL) : readv(connection, parts, count);
    while (done == -1 && errno == EINTR);
    if (done == -1)
        perror(sends ? "sendmsg" : "readv");
    return done;
}

/* The two buffers stand for one: what is left of it from `done` to `end` is in one or two parts. */
static void echo(int connection)
{
    char first[100], second[400];
    const size_t edge = sizeof first;
    struct iovec all[] = {{first, sizeof first}, {second, sizeof second}};
    ssize_t end;

    while ((end = transfer(connection, all, 2, 0)) > 0)
        for (size_t done = 0; done < (size_t)end;) {
            struct iovec rest[2];
            int count = 0;
            if (done < edge)
                rest[count++] = (struct iovec){first + done, ((size_t)end < edge ? (size_t)end : edge) - done};
            if ((size_t)end > edge) {
                size_t start = done > edge ? done - edge : 0;
                rest[count++] = (struct iovec){second + start, (size_t)end - edge - start};
            }
            ssize_t sent = transfer(connection, rest, count, 1);
            if (sent == -1)
                return;
            done += (size_t)sent;
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
