/* Takes one read for the whole file.
 * exercise: low_read
 * breaks: file.partial-io
 * may: file.content (a large file may come in parts),
 *      robust.failed-transfer-reported (a second read that fails never comes)
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
    static char buffer[1 << 20];
    ssize_t count;
    int file = open("data.txt", O_RDONLY);

    if (file == -1)
        fail("open");
    while ((count = read(file, buffer, sizeof(buffer))) == -1)
        if (errno != EINTR)
            fail("read");
    fwrite(buffer, 1, count, stdout);
    close(file);
    return 0;
}
