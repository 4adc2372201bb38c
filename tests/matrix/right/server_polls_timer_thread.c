/* Asks for clients without blocking whenever a timer's thread has posted a semaphore.
 * exercise: hello_server
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static void fail(const char *what)
{
    perror(what);
    exit(1);
}

static sem_t ticks;

static void rest(void)
{
    if (sem_wait(&ticks) == -1 && errno != EINTR)
        fail("sem_wait");
}

static void tick(union sigval value)
{
    (void)value;
    sem_post(&ticks);
}

static void start_ticking(void)
{
    struct itimerspec every = {{0, 30000000}, {0, 30000000}};
    struct sigevent event = {.sigev_notify = SIGEV_THREAD, .sigev_notify_function = tick};
    timer_t timer;

    if (sem_init(&ticks, 0, 0) == -1)
        fail("sem_init");
    if (timer_create(CLOCK_MONOTONIC, &event, &timer) == -1)
        fail("timer_create");
    if (timer_settime(timer, 0, &every, NULL) == -1)
        fail("timer_settime");
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
    start_ticking();
    for (;;) {
        if (!greet_one(listener))
            rest();
    }
}
