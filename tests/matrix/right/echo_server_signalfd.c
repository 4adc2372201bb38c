/* Waits in one epoll for clients, for signals by a signalfd, and for a timerfd that tells how much was served.
 * exercise: echo_server
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <sys/wait.h>

struct client {
    int fd;
    size_t start, end;
    char data[4096];
};

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

static void watch(int epoll, int operation, int fd, uint32_t events, void *data)
{
    struct epoll_event event = {.events = events, .data.ptr = data};
    if (epoll_ctl(epoll, operation, fd, &event) == -1)
        fail("epoll_ctl");
}

static unsigned long served, bytes;

static int step(int epoll, struct client *client)
{
    ssize_t count;
    if (client->start < client->end) {
        count = send(client->fd, client->data + client->start, client->end - client->start, MSG_NOSIGNAL);
        if (count > 0) {
            client->start += count;
            bytes += count;
        }
    } else {
        count = recv(client->fd, client->data, sizeof client->data, 0);
        if (count > 0) {
            client->start = 0;
            client->end = count;
        }
    }
    if (count == -1)
        return errno == EAGAIN || errno == EINTR ? 0 : -1;
    if (count == 0)
        return -1;
    watch(epoll, EPOLL_CTL_MOD, client->fd, client->start < client->end ? EPOLLOUT : EPOLLIN, client);
    return 0;
}

int main(int argc, char *argv[])
{
    if (argc != 2) {
        fprintf(stderr, "usage: %s port\n", argv[0]);
        return 2;
    }
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGUSR1);
    sigprocmask(SIG_BLOCK, &set, NULL);
    int signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    int timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    int epoll = epoll_create1(EPOLL_CLOEXEC);
    if (signals == -1 || timer == -1 || epoll == -1)
        fail("set-up");
    struct itimerspec every = {.it_interval.tv_sec = 10, .it_value.tv_sec = 10};
    timerfd_settime(timer, 0, &every, NULL);
    int listener = open_listener(argv[1]);
    fcntl(listener, F_SETFL, O_NONBLOCK);
    watch(epoll, EPOLL_CTL_ADD, listener, EPOLLIN, &listener);
    watch(epoll, EPOLL_CTL_ADD, signals, EPOLLIN, &signals);
    watch(epoll, EPOLL_CTL_ADD, timer, EPOLLIN, &timer);
    for (;;) {
        struct epoll_event events[16];
        int ready = epoll_wait(epoll, events, 16, -1);
        if (ready == -1 && errno == EINTR)
            continue;
        if (ready == -1)
            fail("epoll_wait");
        for (int i = 0; i < ready; i++) {
            void *what = events[i].data.ptr;
            if (what == &signals) {
                struct signalfd_siginfo info;
                if (read(signals, &info, sizeof info) == sizeof info && info.ssi_signo != SIGUSR1) {
                    printf("stopped by signal %u after %lu clients\n", info.ssi_signo, served);
                    close(listener);
                    close(epoll);
                    close(timer);
                    close(signals);
                    return 0;
                }
            } else if (what == &timer) {
                uint64_t times;
                if (read(timer, &times, sizeof times) == sizeof times)
                    printf("%lu clients, %lu bytes so far\n", served, bytes);
            } else if (what == &listener) {
                int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
                if (fd == -1) {
                    if (errno == EMFILE || errno == ENFILE) {
                        perror("accept4");
                        usleep(100000);
                    } else if (errno != EAGAIN && errno != EINTR && errno != ECONNABORTED)
                        fail("accept4");
                    continue;
                }
                struct client *client = calloc(1, sizeof *client);
                if (client == NULL) {
                    close(fd);
                    continue;
                }
                client->fd = fd;
                served++;
                watch(epoll, EPOLL_CTL_ADD, fd, EPOLLIN, client);
            } else {
                struct client *client = what;
                if (step(epoll, client) == -1) {
                    close(client->fd);
                    free(client);
                }
            }
        }
    }
}
