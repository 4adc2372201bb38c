/* Writes behind what an older file holds.
 * exercise: low_open
 * breaks: file.truncated
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void fail(const char *call)
{
    perror(call);
    exit(1);
}

int main(void)
{
    const char *text = "Let's go!\n";
    size_t length = strlen(text), written = 0;
    int file = open("data.txt", O_WRONLY | O_CREAT | O_APPEND, 0644);

    if (file == -1)
        fail("open");
    while (written < length) {
        ssize_t count = write(file, text + written, length - written);
        if (count == -1 && errno != EINTR)
            fail("write");
        if (count > 0)
            written += count;
    }
    if (close(file) == -1)
        fail("close");
    return 0;
}
