/* Takes everything but 0 for data, -1 too.
 * exercise: low_read
 * breaks: robust.failed-transfer-reported
 * may: transfer.end-of-file (the catalogue names this loop there as well),
 *      robust.no-busy-wait (a read that goes on failing is repeated)
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
        for (int i = 0; i < count; i++)
            putchar(buffer[i]);
    }
    close(file);
    return 0;
}
