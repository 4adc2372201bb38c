/* Reads into two buffers with one readv.
 * exercise: low_read
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/uio.h>
#include <unistd.h>

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

static size_t smaller(size_t one, size_t other)
{
    return one < other ? one : other;
}

int main(void)
{
    char first[10], second[90];
    struct iovec parts[] = {{first, sizeof first}, {second, sizeof second}};
    ssize_t count;

    int file = open("data.txt", O_RDONLY);
    if (file == -1)
        fail("data.txt");
    while ((count = readv(file, parts, 2)) != 0) {
        if (count == -1 && errno == EINTR)
            continue;
        if (count == -1)
            fail("readv");
        size_t in_first = smaller((size_t)count, sizeof first);
        write_all(STDOUT_FILENO, first, in_first);
        write_all(STDOUT_FILENO, second, (size_t)count - in_first);
    }
    if (close(file) == -1)
        fail("close");
    return 0;
}
