/* Reads data.txt with the low-level calls and prints it.
 *
 * The file may be of any length and hold any bytes. So it goes through a small buffer, part by part, and every part is
 * counted: bytes that were read are no string.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { BUFFER_SIZE = 1024 };
static const char path[] = "data.txt";

/* Says what failed and why, and ends the program with a status that a shell takes for a failure. */
static void fail(const char *what)
{
    perror(what);
    exit(1);
}

/* Returns how many bytes came, and 0 at the end of the file. A read that a signal interrupted is made again. */
static size_t read_some(int file, char *buffer, size_t size)
{
    ssize_t count;

    do
        count = read(file, buffer, size);
    while (count == -1 && errno == EINTR);
    if (count == -1)
        fail("read");
    return (size_t)count;
}

/* write may take only a part of the data: the rest is offered again until nothing is left. */
static void write_all(int file, const char *data, size_t length)
{
    while (length > 0) {
        ssize_t written = write(file, data, length);
        if (written == -1 && errno == EINTR)
            continue;
        if (written == -1)
            fail("write");
        data += written;
        length -= (size_t)written;
    }
}

int main(void)
{
    char buffer[BUFFER_SIZE];
    size_t count;

    int file = open(path, O_RDONLY);
    if (file == -1)
        fail(path);

    /* Standard output is a descriptor too, and open from the start. */
    while ((count = read_some(file, buffer, sizeof buffer)) > 0)
        write_all(STDOUT_FILENO, buffer, count);

    if (close(file) == -1)
        fail("close");
    return 0;
}
