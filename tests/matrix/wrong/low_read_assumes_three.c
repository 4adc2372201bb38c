/* Takes it for granted that the file is descriptor 3.
 * exercise: low_read
 * breaks: descriptor.numbers-not-assumed
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define FILE_NUMBER 3

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
    while ((count = read(FILE_NUMBER, buffer, sizeof(buffer))) != 0) {
        if (count == -1 && errno == EINTR)
            continue;
        if (count == -1)
            fail("read");
        fwrite(buffer, 1, count, stdout);
    }
    close(FILE_NUMBER);
    return 0;
}
