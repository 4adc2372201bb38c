/* Takes the end of the file for a failure of read.
 * exercise: low_read
 * breaks: transfer.end-of-file
 * may: file.content (every run ends with status 1), file.access-mode (every run ends with status 1),
 *      robust.failed-transfer-reported (every run reports a failure),
 *      robust.failed-setup-reported (every run reports a failure),
 *      file.missing-reported (every run reports a failure), robust.no-busy-wait (every run ends with status 1),
 *      robust.interrupted-calls (every run ends with status 1), file.partial-io (every run ends with status 1)
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
    while (1) {
        count = read(file, buffer, sizeof(buffer));
        if (count == 0)
            fail("read");
        if (count == -1 && errno == EINTR)
            continue;
        if (count == -1)
            fail("read");
        fwrite(buffer, 1, count, stdout);
    }
    close(file);
    return 0;
}
