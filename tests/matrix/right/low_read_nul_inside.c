/* Ends the text behind each read, for which it has left a byte.
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

static size_t read_some(int descriptor, char *buffer, size_t size)
{
    ssize_t count;

    do
        count = read(descriptor, buffer, size);
    while (count == -1 && errno == EINTR);
    if (count == -1)
        fail("read");
    return (size_t)count;
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
    char buffer[100];
    size_t count;

    int file = open("data.txt", O_RDONLY);
    if (file == -1)
        fail("data.txt");
    while ((count = read_some(file, buffer, sizeof buffer - 1)) > 0)
        buffer[count] = '\0', write_all(1, buffer, count);
    if (close(file) == -1)
        fail("close");
    return 0;
}
