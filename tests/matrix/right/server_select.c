/* Serves many clients in one select loop with sockets that do not block.
 * exercise: hello_server
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <unistd.h>

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

/* Returns -1 where no client can be taken now. */
static int take_client(int listener)
{
    int connection = accept(listener, NULL, NULL);
    if (connection == -1) {
        if (errno != EAGAIN && errno != EINTR && errno != ECONNABORTED)
            fail("accept");
        return -1;
    }
    if (connection >= FD_SETSIZE) {
        fprintf(stderr, "too many clients\n");
        close(connection);
        return -1;
    }
    do_not_block(connection);
    return connection;
}

/* Sends what the socket takes; tells whether this client is done with. */
static int go_on(int connection, size_t *sent)
{
    ssize_t count = send(connection, greeting + *sent, strlen(greeting) - *sent, MSG_NOSIGNAL);
    if (count == -1) {
        if (errno == EINTR || errno == EAGAIN)
            return 0;
        perror("send");
        return 1;
    }
    *sent += (size_t)count;
    return *sent == strlen(greeting);
}

int main(int argc, char *argv[])
{
    if (argc != 2) {
        fprintf(stderr, "usage: %s <port>\n", argv[0]);
        return 1;
    }

    static size_t sent[FD_SETSIZE];
    fd_set waiting;
    int listener = open_listener(argv[1]);
    int highest = listener;

    do_not_block(listener);
    FD_ZERO(&waiting);
    for (;;) {
        fd_set readable, writable = waiting;
        FD_ZERO(&readable);
        FD_SET(listener, &readable);
        if (select(highest + 1, &readable, &writable, NULL, NULL) == -1) {
            if (errno == EINTR)
                continue;
            fail("select");
        }
        for (int connection = 0; connection <= highest; connection++) {
            if (FD_ISSET(connection, &writable) && go_on(connection, &sent[connection])) {
                FD_CLR(connection, &waiting);
                close(connection);
            }
        }
        int connection = FD_ISSET(listener, &readable) ? take_client(listener) : -1;
        if (connection != -1) {
            sent[connection] = 0;
            FD_SET(connection, &waiting);
            if (connection > highest)
                highest = connection;
        }
    }
}
