/* Says with pwrite at which place each part goes.
 * exercise: low_open
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char line[] = "Let's go!\n";

static void fail(const char *what)
{
    perror(what);
    exit(1);
}

int main(void)
{
    size_t length = strlen(line), done = 0;

    int file = open("data.txt", O_WRONLY | O_CREAT | O_TRUNC, 0644);
    if (file == -1)
        fail("data.txt");
    while (done < length) {
        ssize_t count = pwrite(file, line + done, length - done, (off_t)done);
        if (count == -1 && errno != EINTR)
            fail("pwrite");
        if (count > 0)
            done += (size_t)count;
    }
    if (close(file) == -1)
        fail("close");
    return 0;
}
