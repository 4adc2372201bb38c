/* Opens a socket, a file and a socket, and prints the three descriptors.
 *
 * Sockets and files get their numbers from one row: each call is given the lowest that is free. 0, 1 and 2 are taken by
 * the standard streams, so the first is often 3. But nothing promises that: whoever starts the program may have left
 * other descriptors open.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum { COUNT = 3 };
static const char path[] = "test.dat";

/* Says what failed and why, and ends the program with a status that a shell takes for a failure. */
static void fail(const char *what)
{
    perror(what);
    exit(1);
}

/* A result is looked at before the next call is made: a later one may change errno. */
static int checked(int descriptor, const char *what)
{
    if (descriptor == -1)
        fail(what);
    return descriptor;
}

int main(void)
{
    int descriptors[COUNT];

    /* One statement for each: C does not say in which order the elements of a list are computed. */
    descriptors[0] = checked(socket(AF_INET, SOCK_STREAM, 0), "socket");
    descriptors[1] = checked(open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644), path);
    descriptors[2] = checked(socket(AF_INET, SOCK_DGRAM, 0), "socket");

    for (int i = 0; i < COUNT; i++)
        printf("file descriptor %d: %d\n", i + 1, descriptors[i]);

    /* The same close ends them all, whatever they are. */
    for (int i = 0; i < COUNT; i++)
        if (close(descriptors[i]) == -1)
            fail("close");

    /* Standard output is buffered: only now is it known whether all of it could be written. */
    if (fflush(stdout) == EOF)
        fail("standard output");
    return 0;
}
