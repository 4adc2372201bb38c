/* Prints, and then holds the lock of the pipe that it prints to, since it waits for a source that never comes. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

int main(void)
{
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t size = sizeof at;
    int listener = socket(AF_INET, SOCK_STREAM, 0), client = socket(AF_INET, SOCK_STREAM, 0);

    if (bind(listener, (struct sockaddr *)&at, size) != 0 || listen(listener, 1) != 0)
        return 1;
    getsockname(listener, (struct sockaddr *)&at, &size);
    if (connect(client, (struct sockaddr *)&at, size) != 0)
        return 1;
    write(1, "printed\n", 8);
    if (splice(client, NULL, 1, NULL, 4096, 0) < 0)
        return 2;
    return 0;
}
