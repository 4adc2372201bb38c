/* Goes on reading at the end of the file.
 * exercise: low_read
 * breaks: transfer.end-of-file
 * may: robust.no-busy-wait (it never ends), file.content (it never ends), file.access-mode (it never ends),
 *      file.partial-io (it never ends), robust.interrupted-calls (it never ends),
 *      descriptor.right-kind (it never ends), descriptor.numbers-not-assumed (it never ends),
 *      descriptor.standard-streams (it never ends), robust.own-signals (it never ends),
 *      robust.failed-transfer-reported (it never ends), robust.failed-setup-reported (it never ends),
 *      file.missing-reported (it never ends)
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
        if (count == -1 && errno == EINTR)
            continue;
        if (count == -1)
            fail("read");
        fwrite(buffer, 1, count, stdout);
    }
    close(file);
    return 0;
}
