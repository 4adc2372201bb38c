/* Reads from a pipe while a timer interrupts: once begun again by the kernel, once answered with EINTR. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

static int ends[2];

static void on_alarm(int number)
{
    static int times;

    (void)number;
    if (++times == 3 && write(ends[1], "x", 1) != 1)
        _exit(1);
}

static int read_with(int flags)
{
    struct itimerval soon = {{0, 2000}, {0, 2000}}, never = {{0, 0}, {0, 0}};
    struct sigaction action;
    char byte;
    int result;

    memset(&action, 0, sizeof action);
    action.sa_handler = on_alarm;
    action.sa_flags = flags;
    sigaction(SIGALRM, &action, NULL);
    setitimer(ITIMER_REAL, &soon, NULL);
    result = read(ends[0], &byte, 1) == -1 ? errno : 0;
    setitimer(ITIMER_REAL, &never, NULL);
    return result;
}

int main(void)
{
    int restarted, interrupted;

    if (pipe(ends) == -1)
        return 1;
    restarted = read_with(SA_RESTART);
    interrupted = read_with(0);
    printf("%d %d\n", restarted, interrupted == EINTR);
    return 0;
}
