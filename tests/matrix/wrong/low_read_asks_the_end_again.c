/* Reads two thousand times more at the end of the file, in case it grows.
 * exercise: low_read
 * breaks: robust.no-busy-wait
 * may: file.partial-io (it reads on at the end),
 *      robust.failed-transfer-reported (a read that fails at the end is not looked at)
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
    while ((count = read(file, buffer, sizeof(buffer))) != 0) {
        if (count == -1 && errno == EINTR)
            continue;
        if (count == -1)
            fail("read");
        fwrite(buffer, 1, count, stdout);
    }
    for (int i = 0; i < 2000; i++)
        if ((count = read(file, buffer, sizeof(buffer))) > 0)
            fwrite(buffer, 1, count, stdout);
    close(file);
    return 0;
}
