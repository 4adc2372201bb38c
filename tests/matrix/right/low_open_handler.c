/* Has a handler for SIGALRM without SA_RESTART, and goes on when it interrupts.
 * exercise: low_open
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char line[] = "Let's go!\n";

static void fail(const char *what)
{
    perror(what);
    exit(1);
}

static void write_all(int descriptor, const char *data, size_t length)
{
    while (length > 0) {
        ssize_t count = write(descriptor, data, length);
        if (count == -1 && errno == EINTR)
            continue;
        if (count == -1)
            fail("write");
        data += count;
        length -= (size_t)count;
    }
}

static volatile sig_atomic_t rang;

static void ring(int number)
{
    rang = number;
}

int main(void)
{
    struct sigaction action = {.sa_handler = ring};

    sigemptyset(&action.sa_mask);
    if (sigaction(SIGALRM, &action, NULL) == -1)
        fail("sigaction");
    int file = open("data.txt", O_WRONLY | O_CREAT | O_TRUNC, 0644);
    if (file == -1)
        fail("data.txt");
    write_all(file, line, strlen(line));
    if (close(file) == -1)
        fail("close");
    return 0;
}
