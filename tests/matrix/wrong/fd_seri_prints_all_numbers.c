/* Prints the numbers from 0 to 19, among which are all that it may have got.
 * exercise: fd_seri
 * breaks: descriptor.reports-numbers
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
    int two = open("test.dat", O_CREAT | O_WRONLY | O_TRUNC, 0644);
    if (two == -1)
        fail("test.dat");
    int three = socket(AF_INET, SOCK_DGRAM, 0);
    if (three == -1)
        fail("socket");
    for (int i = 0; i < 20; i++)
        printf("%d\n", i);
    if (close(one) == -1 || close(two) == -1 || close(three) == -1)
        fail("close");
    return 0;
}
