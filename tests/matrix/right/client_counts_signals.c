/* Counts its signals, and reads on after each; the alarm that gives up on a silent server ends it on purpose.
 * exercise: hello_client
 */
#include <arpa/inet.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static volatile sig_atomic_t count, late;

static void fail(const char *call)
{
    perror(call);
    exit(1);
}

static void count_it(int number)
{
    (void)number;
    count++;
}

static void give_up(int number)
{
    (void)number;
    late = 1;
}

int main(int argc, char *argv[])
{
    struct sigaction counts = {.sa_handler = count_it}, gives_up = {.sa_handler = give_up};
    struct sockaddr_in address = {0};
    char buffer[512];
    ssize_t length;
    int sock;

    if (argc != 3) {
        fprintf(stderr, "Usage: %s <ip> <port>\n", argv[0]);
        exit(1);
    }
    sigaction(SIGUSR1, &counts, NULL);
    sigaction(SIGWINCH, &counts, NULL);
    sigaction(SIGALRM, &gives_up, NULL);
    sock = socket(AF_INET, SOCK_STREAM, 0);
    if (sock == -1)
        fail("socket");
    address.sin_family = AF_INET;
    address.sin_port = htons(atoi(argv[2]));
    if (inet_pton(AF_INET, argv[1], &address.sin_addr) != 1) {
        fprintf(stderr, "%s is no address\n", argv[1]);
        exit(1);
    }
    if (connect(sock, (struct sockaddr *)&address, sizeof(address)) == -1)
        fail("connect");

    printf("Message from server: ");
    while ((length = read(sock, buffer, sizeof(buffer))) != 0) {
        if (length == -1 && errno == EINTR && !late)
            continue;
        if (length == -1)
            fail("read");
        fwrite(buffer, 1, length, stdout);
    }
    printf("\n%d signals came\n", (int)count);
    close(sock);
    return 0;
}
