/* A client that writes and is gone, without waiting for anything. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(atoi(argv[2]))};
    int connection = socket(AF_INET, SOCK_STREAM, 0);

    (void)argc;
    inet_pton(AF_INET, argv[1], &address.sin_addr);
    if (connect(connection, (struct sockaddr *)&address, sizeof address) == -1)
        return 1;
    return write(connection, "hi", 2) != 2;
}
