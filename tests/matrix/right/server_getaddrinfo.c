/* Binds the first address of getaddrinfo that can be bound.
 * exercise: hello_server
 */
#include <errno.h>
#include <netdb.h>
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

static int try_address(const struct addrinfo *address)
{
    int on = 1;
    int listener = socket(address->ai_family, address->ai_socktype, address->ai_protocol);
    if (listener == -1) {
        perror("socket");
        return -1;
    }
    if (setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == -1)
        perror("setsockopt");
    if (bind(listener, address->ai_addr, address->ai_addrlen) == -1) {
        perror("bind");
        close(listener);
        return -1;
    }
    return listener;
}

static int open_listener(const char *port)
{
    struct addrinfo hints = {.ai_flags = AI_PASSIVE, .ai_socktype = SOCK_STREAM};
    struct addrinfo *addresses;
    int problem = getaddrinfo(NULL, port, &hints, &addresses);
    if (problem != 0) {
        fprintf(stderr, "getaddrinfo: %s\n", gai_strerror(problem));
        exit(1);
    }
    int listener = -1;
    for (struct addrinfo *address = addresses; address != NULL && listener == -1; address = address->ai_next)
        listener = try_address(address);
    freeaddrinfo(addresses);
    if (listener == -1) {
        fprintf(stderr, "no address could be bound\n");
        exit(1);
    }
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

int main(int argc, char *argv[])
{
    if (argc != 2) {
        fprintf(stderr, "usage: %s <port>\n", argv[0]);
        return 1;
    }

    int listener = open_listener(argv[1]);
    int connection = accept_client(listener);
    if (send_all(connection, greeting, strlen(greeting)) == -1)
        fail("send");
    close(connection);
    close(listener);
    return 0;
}
