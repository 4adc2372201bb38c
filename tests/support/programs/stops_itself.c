/* Takes a SIGTRAP of its own, then stops itself; a child wakes it up again. */
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

static volatile sig_atomic_t trapped;

static void on_trap(int number)
{
    trapped = number;
}

int main(void)
{
    pid_t self = getpid();

    signal(SIGTRAP, on_trap);
    raise(SIGTRAP);
    if (fork() == 0) {
        while (getppid() == self) {
            kill(self, SIGCONT);
            usleep(1000);
        }
        return 0;
    }
    raise(SIGSTOP);
    puts(trapped == SIGTRAP ? "trapped and awake" : "awake");
    return 0;
}
