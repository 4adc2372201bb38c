/* kind: attacks
 * exercise: hello_server
 * tries: to leave a daemon that listens on the port of the next program, in any address family
 * promise: status=0,1
 * beside: session
 * judged: transfer.greeting transfer.short-writes
 */
#include "honest.h"

int main(int argc, char *argv[])
{
    if (argc == 2 && fork() == 0) {
        struct sockaddr_in6 address = {.sin6_family = AF_INET6};
        setsid();
        if (fork() != 0)
            _exit(0);
        for (int port = 9100; port < 9500; port++) {
            address.sin6_port = htons((in_port_t)port);
            int listener = socket(AF_INET6, SOCK_STREAM, 0);
            if (bind(listener, (struct sockaddr *)&address, sizeof address) == -1 || listen(listener, 5) == -1)
                close(listener);
        }
        for (;;)
            pause();
    }
    return serve(argc, argv, GREETING);
}
