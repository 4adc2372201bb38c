/* Asks for clients without blocking, and prints a line before each pause.
 * exercise: hello_server
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void fail(const char *what)
{
    perror(what);
    exit(1);
}

static void rest(void)
{
    puts("nobody yet");
    fflush(stdout);
    usleep(100000);
}

static int open_listener(const char *port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((in_port_t)atoi(port))};
    int on = 1;

    address.sin_addr.s_addr = htonl(INADDR_ANY);
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
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

static const char greeting[] = "Hello World!";

/* Accepts one client and greets it; tells whether there was one. */
static int greet_one(int listener)
{
    size_t sent = 0;
    int connection = accept(listener, NULL, NULL);

    if (connection == -1) {
        if (errno != EAGAIN && errno != EINTR && errno != ECONNABORTED)
            perror("accept");
        return 0;
    }
    while (sent < strlen(greeting)) {
        ssize_t count = send(connection, greeting + sent, strlen(greeting) - sent, MSG_NOSIGNAL);
        if (count == -1 && errno == EINTR)
            continue;
        if (count == -1) {
            perror("send");
            break;
        }
        sent += (size_t)count;
    }
    if (close(connection) == -1)
        perror("close");
    return 1;
}

int main(int argc, char *argv[])
{
    if (argc != 2) {
        fprintf(stderr, "usage: %s <port>\n", argv[0]);
        return 1;
    }

    int listener = open_listener(argv[1]);
    for (;;) {
        if (!greet_one(listener))
            rest();
    }
}
