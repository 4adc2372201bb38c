/* Serves clients until SIGTERM or SIGINT, then closes its listener and exits with status 0.
 * exercise: hello_server
 */

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static const char greeting[] = "Hello World!";
static volatile sig_atomic_t stopped;

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

static void stop(int number)
{
    (void)number;
    stopped = 1;
}

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

    struct sigaction action = {.sa_handler = stop};
    sigset_t blocked, before;

    /* The signals come in only while ppoll waits, so that none slips in between the test and the wait. */
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGTERM);
    sigaddset(&blocked, SIGINT);
    sigprocmask(SIG_BLOCK, &blocked, &before);
    sigemptyset(&action.sa_mask);
    if (sigaction(SIGTERM, &action, NULL) == -1 || sigaction(SIGINT, &action, NULL) == -1)
        fail("sigaction");

    int listener = open_listener(argv[1]);
    if (fcntl(listener, F_SETFL, O_NONBLOCK) == -1)
        fail("fcntl");
    while (!stopped) {
        struct pollfd watched = {.fd = listener, .events = POLLIN};
        if (ppoll(&watched, 1, NULL, &before) == 1)
            serve_next(listener);
        else if (errno != EINTR)
            fail("ppoll");
    }
    close(listener);
    return 0;
}
