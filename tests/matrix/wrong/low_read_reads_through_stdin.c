/* Puts the file in the place of its standard input.
 * exercise: low_read
 * breaks: descriptor.standard-streams
 * may: descriptor.closed-once (it closes the copy through which it read)
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
    int file = open("data.txt", O_RDONLY);

    if (file == -1)
        fail("open");
    if (dup2(file, STDIN_FILENO) == -1)
        fail("dup2");
    close(file);
    while ((count = read(STDIN_FILENO, buffer, sizeof(buffer))) != 0) {
        if (count == -1 && errno == EINTR)
            continue;
        if (count == -1)
            fail("read");
        fwrite(buffer, 1, count, stdout);
    }
    close(STDIN_FILENO);
    return 0;
}
