/* Prints the first 100 bytes of the file, as many as its buffer holds.
 * exercise: low_read
 * breaks: file.content
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void fail(const char *call)
{
    perror(call);
    exit(1);
}

int main(void)
{
    char buffer[100];
    ssize_t count;
    size_t filled = 0;
    int file = open("data.txt", O_RDONLY);

    if (file == -1)
        fail("open");
    while ((count = read(file, buffer + filled, sizeof(buffer) - filled)) != 0) {
        if (count == -1 && errno == EINTR)
            continue;
        if (count == -1)
            fail("read");
        filled += count;
    }
    fwrite(buffer, 1, filled, stdout);
    close(file);
    return 0;
}
