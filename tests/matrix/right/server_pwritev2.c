/* Sends the greeting in three pieces with pwritev2 at no position, which is writev on a kernel without that call.
 * exercise: hello_server
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
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

static int accept_client(int listener)
{
    for (;;) {
        int connection = accept(listener, NULL, NULL);
        if (connection != -1)
            return connection;
        if (errno != EINTR && errno != ECONNABORTED)
            fail("accept");
    }
}

static int send_pieces(int connection, struct iovec *piece, int left)
{
    while (left > 0) {
        ssize_t written = pwritev2(connection, piece, left, -1, 0);
        if (written == -1 && errno == EINTR)
            continue;
        if (written == -1)
            return -1;
        size_t count = (size_t)written;
        while (left > 0 && count >= piece->iov_len) {
            count -= piece->iov_len;
            piece++;
            left--;
        }
        if (left > 0) {
            piece->iov_base = (char *)piece->iov_base + count;
            piece->iov_len -= count;
        }
    }
    return 0;
}

int main(int argc, char *argv[])
{
    if (argc != 2) {
        fprintf(stderr, "usage: %s <port>\n", argv[0]);
        return 1;
    }

    struct iovec pieces[] = {{"Hello", 5}, {" ", 1}, {"World!", 6}};

    if (signal(SIGPIPE, SIG_IGN) == SIG_ERR)
        fail("signal");
    int listener = open_listener(argv[1]);
    int connection = accept_client(listener);
    if (send_pieces(connection, pieces, 3) == -1)
        fail("pwritev2");
    close(connection);
    close(listener);
    return 0;
}
