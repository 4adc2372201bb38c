/* Writes the line from two places with one writev, and goes on after a short count.
 * exercise: low_open
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

static void fail(const char *what)
{
    perror(what);
    exit(1);
}

/* Drops what was taken from the front of the list, and returns how many buffers still have something. */
static int advance(struct iovec *parts, int count, size_t taken)
{
    int first = 0;

    while (first < count && taken >= parts[first].iov_len)
        taken -= parts[first++].iov_len;
    if (first < count) {
        parts[first].iov_base = (char *)parts[first].iov_base + taken;
        parts[first].iov_len -= taken;
    }
    memmove(parts, parts + first, (size_t)(count - first) * sizeof *parts);
    return count - first;
}

int main(void)
{
    char words[] = "Let's go!", end[] = "\n";
    struct iovec parts[] = {{words, strlen(words)}, {end, strlen(end)}};
    int count = 2;

    int file = open("data.txt", O_WRONLY | O_CREAT | O_TRUNC, 0644);
    if (file == -1)
        fail("data.txt");
    while (count > 0) {
        ssize_t taken = writev(file, parts, count);
        if (taken == -1 && errno != EINTR)
            fail("writev");
        if (taken > 0)
            count = advance(parts, count, (size_t)taken);
    }
    if (close(file) == -1)
        fail("close");
    return 0;
}
