/* Listens on an IPv4 and an IPv6 socket and waits for both with poll.
 * exercise: hello_server
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static const char greeting[] = "Hello World!";

static void fail(const char *what)
{
    perror(what);
    exit(1);
}

static int open_listener(int family, const struct sockaddr *address, socklen_t length)
{
    int on = 1;
    int listener = socket(family, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (listener == -1)
        fail("socket");
    if (setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == -1)
        fail("SO_REUSEADDR");
    if (family == AF_INET6 && setsockopt(listener, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on) == -1)
        fail("IPV6_V6ONLY");
    if (bind(listener, address, length) == -1)
        fail("bind");
    if (listen(listener, 5) == -1)
        fail("listen");
    return listener;
}

static int send_all(int connection, const char *data, size_t length)
{
    while (length > 0) {
        ssize_t sent = send(connection, data, length, MSG_NOSIGNAL);
        if (sent == -1 && errno == EINTR)
            continue;
        if (sent == -1)
            return -1;
        data += sent;
        length -= (size_t)sent;
    }
    return 0;
}

/* The connection is a blocking one, though the listener is not: Linux does not hand that on. */
static void serve_next(int listener)
{
    int connection = accept(listener, NULL, NULL);
    if (connection == -1) {
        if (errno != EAGAIN && errno != EINTR && errno != ECONNABORTED)
            fail("accept");
        return;
    }
    if (send_all(connection, greeting, strlen(greeting)) == -1)
        perror("send");
    close(connection);
}

int main(int argc, char *argv[])
{
    if (argc != 2) {
        fprintf(stderr, "usage: %s <port>\n", argv[0]);
        return 1;
    }

    in_port_t port = htons((in_port_t)atoi(argv[1]));
    struct sockaddr_in any4 = {.sin_family = AF_INET, .sin_port = port, .sin_addr.s_addr = htonl(INADDR_ANY)};
    struct sockaddr_in6 any6 = {.sin6_family = AF_INET6, .sin6_port = port, .sin6_addr = IN6ADDR_ANY_INIT};
    struct pollfd watched[2] = {{.events = POLLIN}, {.events = POLLIN}};

    watched[0].fd = open_listener(AF_INET, (struct sockaddr *)&any4, sizeof any4);
    watched[1].fd = open_listener(AF_INET6, (struct sockaddr *)&any6, sizeof any6);
    for (;;) {
        if (poll(watched, 2, -1) == -1) {
            if (errno == EINTR)
                continue;
            fail("poll");
        }
        for (int i = 0; i < 2; i++)
            if (watched[i].revents != 0)
                serve_next(watched[i].fd);
    }
}
