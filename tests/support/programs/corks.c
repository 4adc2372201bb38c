/* Sends what the kernel keeps back for a while, in the hope of more, and waits for nothing. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(atoi(argv[argc - 1]))};
    int on = 1, line = socket(AF_INET, SOCK_STREAM, 0);

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (connect(line, (struct sockaddr *)&address, sizeof address) == -1 ||
        setsockopt(line, IPPROTO_TCP, TCP_CORK, &on, sizeof on) == -1 || write(line, "late", 4) != 4)
        return 1;
    return pause();
}
