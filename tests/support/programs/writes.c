/* Writes one byte to /dev/null, n times: for timing a tracer. */
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    int fd = open("/dev/null", O_WRONLY);

    for (int i = argc > 1 ? atoi(argv[1]) : 1; i > 0; i--)
        if (write(fd, "x", 1) != 1)
            return 1;
    return close(fd);
}
