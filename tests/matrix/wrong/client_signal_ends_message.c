/* Stops reading when its signal comes, and takes the half message for the whole.
 * exercise: hello_client
 * breaks: robust.own-signals
 */
#include <arpa/inet.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static volatile sig_atomic_t asked;

static void fail(const char *call)
{
    perror(call);
    exit(1);
}

static void show_progress(int number)
{
    asked = number;
}

int main(int argc, char *argv[])
{
    struct sigaction action = {0};
    struct sockaddr_in address = {0};
    char buffer[30];
    ssize_t count;
    int sock;

    if (argc != 3) {
        fprintf(stderr, "Usage: %s <ip> <port>\n", argv[0]);
        exit(1);
    }
    action.sa_handler = show_progress;
    sigaction(SIGUSR1, &action, NULL);
    sock = socket(AF_INET, SOCK_STREAM, 0);
    if (sock == -1)
        fail("socket");
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = inet_addr(argv[1]);
    address.sin_port = htons(atoi(argv[2]));
    if (connect(sock, (struct sockaddr *)&address, sizeof(address)) == -1)
        fail("connect");

    printf("Message from server: ");
    while (!asked && (count = read(sock, buffer, sizeof(buffer))) != 0) {
        if (count == -1 && errno == EINTR)
            continue;
        if (count == -1)
            fail("read");
        fwrite(buffer, 1, count, stdout);
    }
    printf("\n");
    close(sock);
    return 0;
}
