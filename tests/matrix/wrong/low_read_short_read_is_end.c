/* Takes a read that does not fill its buffer for the end of the file.
 * exercise: low_read
 * breaks: file.partial-io
 * may: robust.failed-transfer-reported (a second read that fails never comes)
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
    do {
        count = read(file, buffer, sizeof(buffer));
        if (count == -1 && errno == EINTR) {
            count = sizeof(buffer);
            continue;
        }
        if (count == -1)
            fail("read");
        fwrite(buffer, 1, count, stdout);
    } while (count == sizeof(buffer));
    close(file);
    return 0;
}
