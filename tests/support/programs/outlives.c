/* Leaves a child behind that nobody is told of, made in the way that is named: `untraced`, `clone3`, `int80`, `x32`,
 * `daemon` or `thread` (whose main thread ends first). The child swaps a link to a file, whose path is the second
 * argument, in and out under the name data.txt, for ever. Prints nothing: what is traced would fail in it. */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/sched.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static const char *target;

static void *swap(void *unused)
{
    (void)unused;
    for (;;) {
        if (symlink(target, "data.txt") == 0)
            syscall(SYS_sched_yield);
        unlink("data.txt");
        syscall(SYS_sched_yield);
    }
    return NULL;
}

static long foreign_fork(const char *way)
{
    long result = -ENOSYS;
#ifdef __x86_64__
    if (!strcmp(way, "int80"))
        __asm__ volatile("int $0x80" : "=a"(result) : "a"(2) : "memory"); /* fork of the 32-bit table */
    if (!strcmp(way, "x32"))
        __asm__ volatile("syscall" : "=a"(result) : "a"(0x40000000 | SYS_fork) : "rcx", "r11", "memory");
#else
    (void)way;
#endif
    return result;
}

static long child(const char *way)
{
    if (!strcmp(way, "untraced"))
        return syscall(SYS_clone, CLONE_UNTRACED | SIGCHLD, 0, 0, 0, 0);
    if (!strcmp(way, "clone3")) {
        struct clone_args arguments;

        memset(&arguments, 0, sizeof arguments);
        arguments.flags = CLONE_UNTRACED;
        arguments.exit_signal = SIGCHLD;
        return syscall(SYS_clone3, &arguments, sizeof arguments);
    }
    if (!strcmp(way, "daemon")) {
        if (fork() != 0)
            return 1;
        setsid();
        return fork();
    }
    if (!strcmp(way, "thread")) {
        pthread_t thread;

        if (fork() != 0)
            return 1;
        pthread_create(&thread, NULL, swap, NULL);
        pthread_exit(NULL);
    }
    return foreign_fork(way);
}

int main(int argc, char **argv)
{
    if (argc < 3)
        return 2;
    target = argv[2];
    if (child(argv[1]) != 0)
        return 0;
    setsid();
    for (int number = 1; number < 65; number++)
        signal(number, SIG_IGN);
    swap(NULL);
}
