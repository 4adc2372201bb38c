/* Says with pread at which place each part is.
 * exercise: low_read
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
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

int main(void)
{
    char buffer[512];
    off_t place = 0;

    int file = open("data.txt", O_RDONLY);
    if (file == -1)
        fail("data.txt");
    for (;;) {
        ssize_t count = pread(file, buffer, sizeof buffer, place);
        if (count == -1 && errno == EINTR)
            continue;
        if (count == -1)
            fail("pread");
        if (count == 0)
            break;
        write_all(STDOUT_FILENO, buffer, (size_t)count);
        place += count;
    }
    if (close(file) == -1)
        fail("close");
    return 0;
}
