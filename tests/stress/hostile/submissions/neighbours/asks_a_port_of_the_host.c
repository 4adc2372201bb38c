/* kind: neighbours
 * exercise: hello_server
 * tries: to reach a service of the host on its loopback
 * promise: status=0
 * judged: transfer.greeting
 */
#include "honest.h"

/* Returns what shows that a service of the host can be reached: the kernel takes the connection, be it busy or not. */
static const char *asked(const void *address, socklen_t length)
{
    int family = ((const struct sockaddr *)address)->sa_family;
    int line = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int reached = line != -1 && connect(line, address, length) == 0;

    if (line != -1)
        close(line);
    return reached ? "a service of the host" : GREETING;
}

int main(int argc, char *argv[])
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(7777), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};

    return serve(argc, argv, asked(&address, sizeof address));
}
