/* A server that asks for a client a hundred times at each tick, and rests between in one of several calls. */
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <unistd.h>

static int ends[2];
static sigset_t usual;

static void ignore(int number)
{
    (void)number;
}

static void start_timer(void)
{
    struct itimerspec every = {{0, 2000000}, {0, 2000000}};

    ends[0] = timerfd_create(CLOCK_MONOTONIC, 0);
    timerfd_settime(ends[0], 0, &every, NULL);
}

static void *tick(void *nothing)
{
    for (;;) {
        usleep(2000);
        if (write(ends[1], "t", 1) != 1)
            return nothing;
    }
}

static void start_thread(void)
{
    pthread_t thread;

    if (pipe(ends) == -1 || pthread_create(&thread, NULL, tick, NULL) != 0)
        exit(1);
}

static void start_signals(void)
{
    struct itimerval every = {{0, 20000}, {0, 20000}};
    struct sigaction action = {.sa_handler = ignore};
    sigset_t ticks;

    sigemptyset(&ticks);
    sigaddset(&ticks, SIGALRM);
    sigprocmask(SIG_BLOCK, &ticks, &usual);
    sigaction(SIGALRM, &action, NULL);
    setitimer(ITIMER_REAL, &every, NULL);
}

static void rest(int by_signal)
{
    unsigned char ticks[8];

    if (by_signal)
        sigsuspend(&usual);
    else if (read(ends[0], ticks, sizeof ticks) == -1)
        exit(1);
}

int main(int argc, char **argv)
{
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in address;
    const char *how = argc > 2 ? argv[2] : "timer";

    memset(&address, 0, sizeof address);
    address.sin_family = AF_INET;
    address.sin_port = htons(atoi(argv[1]));
    if (bind(listener, (struct sockaddr *)&address, sizeof address) == -1 || listen(listener, 5) == -1)
        return 1;
    fcntl(listener, F_SETFL, O_NONBLOCK);
    if (strcmp(how, "timer") == 0)
        start_timer();
    else if (strcmp(how, "thread") == 0)
        start_thread();
    else
        start_signals();
    for (int round = 0; round < 20; round++) {
        for (int i = 0; i < 100; i++)
            accept(listener, NULL, NULL);
        rest(strcmp(how, "signal") == 0);
    }
    return 0;
}
