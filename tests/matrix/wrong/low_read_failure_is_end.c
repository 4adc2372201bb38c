/* Takes a failed read for the end of the file.
 * exercise: low_read
 * breaks: robust.failed-transfer-reported
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
            break;
        fwrite(buffer, 1, count, stdout);
    }
    close(file);
    return 0;
}
