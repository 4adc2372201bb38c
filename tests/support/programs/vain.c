/* A server that asks for a client without waiting, so many times (0: for ever). */
#include <fcntl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    int on = 1, listener = socket(AF_INET, SOCK_STREAM, 0);
    long times = argc > 2 ? atol(argv[2]) : 0;
    struct sockaddr_in address;

    memset(&address, 0, sizeof address);
    address.sin_family = AF_INET;
    address.sin_port = htons(atoi(argv[1]));
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) == -1 || listen(listener, 5) == -1)
        return 1;
    fcntl(listener, F_SETFL, O_NONBLOCK);
    for (long i = 0; times == 0 || i < times; i++)
        accept(listener, NULL, NULL);
    return 0;
}
