/* Writes one byte at a time.
 * exercise: low_open
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const char line[] = "Let's go!\n";

static void fail(const char *what)
{
    perror(what);
    exit(1);
}

int main(void)
{
    size_t done = 0;

    int file = open("data.txt", O_WRONLY | O_CREAT | O_TRUNC, 0644);
    if (file == -1)
        fail("data.txt");
    while (line[done] != '\0') {
        ssize_t count = write(file, &line[done], 1);
        if (count == -1 && errno != EINTR)
            fail("write");
        if (count == 1)
            done++;
    }
    if (close(file) == -1)
        fail("close");
    return 0;
}
