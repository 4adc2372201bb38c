/* Serves many clients in one poll loop with sockets that do not block.
 * exercise: hello_server
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MOST_CLIENTS = 64 };
static const char greeting[] = "Hello World!";

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

static void do_not_block(int descriptor)
{
    if (fcntl(descriptor, F_SETFL, O_NONBLOCK) == -1)
        fail("fcntl");
}

/* Sends what the socket takes; tells whether this client is done with. */
static int go_on(int connection, size_t *sent)
{
    while (*sent < strlen(greeting)) {
        ssize_t count = send(connection, greeting + *sent, strlen(greeting) - *sent, MSG_NOSIGNAL);
        if (count == -1 && errno == EINTR)
            continue;
        if (count == -1 && errno == EAGAIN)
            return 0;
        if (count == -1) {
            perror("send");
            return 1;
        }
        *sent += (size_t)count;
    }
    return 1;
}

int main(int argc, char *argv[])
{
    if (argc != 2) {
        fprintf(stderr, "usage: %s <port>\n", argv[0]);
        return 1;
    }

    struct pollfd watched[1 + MOST_CLIENTS];
    size_t sent[1 + MOST_CLIENTS];
    nfds_t count = 1;

    watched[0].fd = open_listener(argv[1]);
    do_not_block(watched[0].fd);
    for (;;) {
        watched[0].events = count <= MOST_CLIENTS ? POLLIN : 0;
        if (poll(watched, count, -1) == -1) {
            if (errno == EINTR)
                continue;
            fail("poll");
        }
        for (nfds_t i = count - 1; i > 0; i--) {
            if (watched[i].revents != 0 && go_on(watched[i].fd, &sent[i])) {
                close(watched[i].fd);
                count--;
                watched[i] = watched[count];
                sent[i] = sent[count];
            }
        }
        if (watched[0].revents == 0)
            continue;
        int connection = accept(watched[0].fd, NULL, NULL);
        if (connection != -1) {
            do_not_block(connection);
            watched[count].fd = connection;
            watched[count].events = POLLOUT;
            sent[count] = 0;
            count++;
        } else if (errno != EAGAIN && errno != EINTR && errno != ECONNABORTED) {
            fail("accept");
        }
    }
}
