/* Closes a socket, and then has its number for a pipe. */
#include <sys/socket.h>
#include <unistd.h>

int main(void)
{
    char byte;
    int ends[2], old = socket(AF_INET, SOCK_STREAM, 0);

    close(old);
    if (pipe(ends) == -1 || ends[0] != old || write(ends[1], "x", 1) != 1 || read(ends[0], &byte, 1) != 1)
        return 1;
    close(ends[1]);
    return close(ends[0]) == 0 && close(ends[0]) == -1 ? 0 : 1;
}
