/* Tries recv on the file before read.
 * exercise: low_read
 * breaks: descriptor.right-kind
 * may: robust.failed-transfer-reported (it looks for no failure in recv)
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
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
    if ((count = recv(file, buffer, sizeof(buffer), 0)) > 0)
        fwrite(buffer, 1, count, stdout);
    while ((count = read(file, buffer, sizeof(buffer))) != 0) {
        if (count == -1 && errno == EINTR)
            continue;
        if (count == -1)
            fail("read");
        fwrite(buffer, 1, count, stdout);
    }
    close(file);
    return 0;
}
