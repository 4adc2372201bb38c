/* kind: neighbours
 * exercise: hello_server
 * tries: to reach a service of the host over a socket in the file system
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
    struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "/run/of_the_host.sock"};

    return serve(argc, argv, asked(&address, sizeof address));
}
