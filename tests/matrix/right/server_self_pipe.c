/* Polls its listener beside a pipe of its own, into which the handler of SIGUSR1 writes: the news costs no client.
 * exercise: hello_server
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int news[2];

static void fail(const char *call)
{
    perror(call);
    exit(1);
}

static void tell(int number)
{
    int saved = errno;
    ssize_t ignored = write(news[1], &number, 1);

    (void)ignored;
    errno = saved;
}

static int wait_for_client(int listener)
{
    struct pollfd waits[2] = {{.fd = listener, .events = POLLIN}, {.fd = news[0], .events = POLLIN}};
    char byte;

    for (;;) {
        if (poll(waits, 2, -1) == -1) {
            if (errno == EINTR)
                continue;
            fail("poll");
        }
        if (waits[1].revents && read(news[0], &byte, 1) == 1)
            fprintf(stderr, "still waiting\n");
        if (waits[0].revents) {
            int client = accept(listener, NULL, NULL);
            if (client != -1)
                return client;
            if (errno != EINTR && errno != ECONNABORTED)
                fail("accept");
        }
    }
}

int main(int argc, char *argv[])
{
    const char *message = "Hello World!";
    size_t length = strlen(message), sent = 0;
    struct sigaction action = {.sa_handler = tell};
    struct sockaddr_in address = {0};
    int listener, client, on = 1;

    if (argc != 2) {
        fprintf(stderr, "Usage: %s <port>\n", argv[0]);
        exit(1);
    }
    if (pipe2(news, O_CLOEXEC | O_NONBLOCK) == -1)
        fail("pipe");
    if (sigaction(SIGUSR1, &action, NULL) == -1)
        fail("sigaction");
    listener = socket(AF_INET, SOCK_STREAM, 0);
    if (listener == -1)
        fail("socket");
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_ANY);
    address.sin_port = htons(atoi(argv[1]));
    if (bind(listener, (struct sockaddr *)&address, sizeof(address)) == -1)
        fail("bind");
    if (listen(listener, 5) == -1)
        fail("listen");

    client = wait_for_client(listener);
    while (sent < length) {
        ssize_t count = write(client, message + sent, length - sent);
        if (count == -1 && errno != EINTR)
            fail("write");
        if (count > 0)
            sent += count;
    }
    close(client);
    close(listener);
    return 0;
}
