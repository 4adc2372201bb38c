/* Calls its file otherwise, creates it with creat, and has a local socket as the second.
 * exercise: fd_seri
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static void fail(const char *what)
{
    perror(what);
    exit(1);
}

int main(void)
{
    int one = socket(AF_INET, SOCK_STREAM, 0);
    if (one == -1)
        fail("socket");
    int two = creat("numbers.dat", 0666);
    if (two == -1)
        fail("numbers.dat");
    int three = socket(AF_UNIX, SOCK_STREAM, 0);
    if (three == -1)
        fail("socket");
    printf("file descriptor 1: %d\n", one);
    printf("file descriptor 2: %d\n", two);
    printf("file descriptor 3: %d\n", three);
    if (close(one) == -1 || close(two) == -1 || close(three) == -1)
        fail("close");
    return 0;
}
