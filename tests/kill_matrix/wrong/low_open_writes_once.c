/* Writes once and takes it for granted that the file took all.
 * exercise: low_open
 * breaks: file.partial-io
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
    size_t length = strlen(text);
    int file = open("data.txt", O_WRONLY | O_CREAT | O_TRUNC, 0644);

    if (file == -1)
        fail("open");
    while (write(file, text, length) == -1)
        if (errno != EINTR)
            fail("write");
    if (close(file) == -1)
        fail("close");
    return 0;
}
