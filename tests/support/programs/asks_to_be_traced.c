/* Lets its parent trace it, and then sends itself a signal that it handles: under a tracer it stops before that. */
#include <signal.h>
#include <stdio.h>
#include <sys/ptrace.h>

static volatile sig_atomic_t came;

static void note(int number)
{
    came = number;
}

int main(void)
{
    signal(SIGUSR1, note);
    ptrace(PTRACE_TRACEME, 0, NULL, NULL);
    raise(SIGUSR1);
    printf("%d\n", came == SIGUSR1);
    return 7;
}
