/* A double-forked daemon that ignores every signal it can, keeps the port and the output, and never ends. */
#include <arpa/inet.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    struct sockaddr_in address;
    int listener = socket(AF_INET, SOCK_STREAM, 0);

    memset(&address, 0, sizeof address);
    address.sin_family = AF_INET;
    address.sin_port = htons(argc > 1 ? atoi(argv[1]) : 0);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) == -1 || listen(listener, 5) == -1)
        return 1;
    if (fork() != 0)
        return 0;
    setsid();
    if (fork() != 0)
        return 0;
    for (int number = 1; number < 65; number++)
        signal(number, SIG_IGN);
    for (;;)
        pause();
}
