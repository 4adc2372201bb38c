/* Waits an hour for each timer that there is, and prints what came and how many hours its own clocks say it took. */
#define _GNU_SOURCE
#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static struct timespec began;
static time_t began_day;
static sem_t posted;

static void begin(void)
{
    clock_gettime(CLOCK_MONOTONIC, &began);
    began_day = time(NULL);
}

static void say(const char *what, int result)
{
    struct timespec now;
    struct timeval day;

    clock_gettime(CLOCK_MONOTONIC, &now);
    gettimeofday(&day, NULL);
    printf("%s %d: %ld %ld\n", what, result, (long)(now.tv_sec - began.tv_sec) / 3600,
           (long)(day.tv_sec - began_day) / 3600);
    fflush(stdout);
    begin();
}

static void ring(int number)
{
    (void)number;
}

static void post(union sigval value)
{
    (void)value;
    sem_post(&posted);
}

static int waits_in_child(void)
{
    int status = 0;

    if (fork() == 0) {
        sleep(3600);
        _exit(3);
    }
    wait(&status);
    return WEXITSTATUS(status);
}

int main(void)
{
    struct itimerspec hour = {{0, 0}, {3600, 0}};
    struct itimerval an_hour = {{0, 0}, {3600, 0}};
    struct sigaction action = {.sa_handler = ring};
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1};
    struct timeval long_time = {3600, 0};
    struct sockaddr_in address = {.sin_family = AF_INET};
    unsigned char ticks[8];
    timer_t timer, another;

    sigaction(SIGALRM, &action, NULL);
    sigaction(SIGUSR1, &action, NULL);
    sem_init(&posted, 0, 0);
    begin();
    alarm(3600);
    say("alarm", pause());
    setitimer(ITIMER_REAL, &an_hour, NULL);
    say("setitimer", pause());
    timer_create(CLOCK_MONOTONIC, &event, &timer);
    timer_settime(timer, 0, &hour, NULL);
    say("timer", pause());
    event.sigev_notify = SIGEV_THREAD;
    event.sigev_notify_function = post;
    timer_create(CLOCK_MONOTONIC, &event, &another);
    timer_settime(another, 0, &hour, NULL);
    say("timer thread", sem_wait(&posted));
    int tick = timerfd_create(CLOCK_MONOTONIC, 0);
    timerfd_settime(tick, 0, &hour, NULL);
    say("timerfd", (int)read(tick, ticks, sizeof ticks));
    clock_gettime(CLOCK_MONOTONIC, &hour.it_value);
    hour.it_value.tv_sec += 3600;
    timerfd_settime(tick, TFD_TIMER_ABSTIME, &hour, NULL);
    say("timerfd until", (int)read(tick, ticks, sizeof ticks));
    say("until", clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME,
                                 &(struct timespec){began.tv_sec + 3600, began.tv_nsec}, NULL));
    say("child", waits_in_child());
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    setsockopt(listener, SOL_SOCKET, SO_RCVTIMEO, &long_time, sizeof long_time);
    bind(listener, (struct sockaddr *)&address, sizeof address);
    listen(listener, 1);
    say("accept", accept(listener, NULL, NULL));
    say("EAGAIN", errno == EAGAIN);
    return 0;
}
