/* Sends with sendmmsg, and takes it for granted that all messages went out whole.
 * exercise: echo_server
 * breaks: transfer.short-writes
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

enum { MESSAGES = 2, ROOM = 300 };

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

static void lay_out(struct mmsghdr *messages, struct iovec *pieces, int count)
{
    memset(messages, 0, sizeof *messages * (size_t)count);
    for (int i = 0; i < count; i++) {
        messages[i].msg_hdr.msg_iov = &pieces[i];
        messages[i].msg_hdr.msg_iovlen = 1;
    }
}

/* What sendmmsg says of messages and bytes is not looked at. */
static int send_all(int connection, struct iovec *pieces, int count)
{
    struct mmsghdr messages[MESSAGES];
    int sent;

    lay_out(messages, pieces, count);
    do
        sent = count > 0 ? sendmmsg(connection, messages, (unsigned)count, MSG_NOSIGNAL) : 0;
    while (sent == -1 && errno == EINTR);
    if (sent == -1)
        perror("sendmmsg");
    return sent == -1 ? -1 : 0;
}

/* A message of no bytes is the end of what the client sends. */
static void echo(int connection)
{
    char buffers[MESSAGES][ROOM];
    struct mmsghdr messages[MESSAGES];

    for (;;) {
        struct iovec pieces[MESSAGES] = {{buffers[0], ROOM}, {buffers[1], ROOM}};
        lay_out(messages, pieces, MESSAGES);
        int came = recvmmsg(connection, messages, MESSAGES, MSG_WAITFORONE, NULL), full = 0;
        if (came == -1 && errno == EINTR)
            continue;
        if (came == -1) {
            perror("recvmmsg");
            return;
        }
        while (full < came && messages[full].msg_len > 0) {
            pieces[full].iov_len = messages[full].msg_len;
            full++;
        }
        if (send_all(connection, pieces, full) == -1 || full < came)
            return;
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
