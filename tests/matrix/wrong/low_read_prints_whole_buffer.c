/* Prints its whole buffer, however little of it was read.
 * exercise: low_read
 * breaks: file.content
 * may: file.partial-io (there is more than the file holds),
 *      robust.interrupted-calls (there is more than the file holds),
 *      transfer.end-of-file (there is more than the file holds)
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
    char buffer[100] = {0};
    ssize_t count;
    int file = open("data.txt", O_RDONLY);

    if (file == -1)
        fail("open");
    while ((count = read(file, buffer, sizeof(buffer))) != 0) {
        if (count == -1 && errno == EINTR)
            continue;
        if (count == -1)
            fail("read");
        fwrite(buffer, 1, sizeof(buffer), stdout);
    }
    close(file);
    return 0;
}
