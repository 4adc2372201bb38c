/* Connects to each client for its answer, and dissolves that again: then it is told of clients that are gone.
 * exercise: udp_echo_server
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

int main(int argc, char *argv[])
{
    char data[1024];
    struct sockaddr_in address = {.sin_family = AF_INET}, client;
    struct sockaddr nobody = {.sa_family = AF_UNSPEC};
    int port = argc == 2 ? atoi(argv[1]) : 0;

    if (port <= 0) {
        fprintf(stderr, "usage: %s <port>\n", argv[0]);
        return 1;
    }
    int server = socket(AF_INET, SOCK_DGRAM, 0);
    if (server == -1) {
        perror("socket");
        return 1;
    }
    address.sin_port = htons((in_port_t)port);
    if (bind(server, (struct sockaddr *)&address, sizeof address) == -1) {
        perror("bind");
        return 1;
    }
    for (;;) {
        socklen_t size = sizeof client;
        ssize_t count = recvfrom(server, data, sizeof data, 0, (struct sockaddr *)&client, &size);
        if (count == -1)
            continue;
        if (connect(server, (struct sockaddr *)&client, size) == -1) {
            perror("connect");
            continue;
        }
        while (send(server, data, (size_t)count, 0) == -1 && errno == EINTR)
            ;
        /* Linux forgets the port with the address where bind chose neither: the port was chosen here, and stays. */
        if (connect(server, &nobody, sizeof nobody) == -1)
            perror("connect");
    }
}
