/* Waits with poll, asks three times, and prints each answer with words around it.
 * exercise: udp_echo_client
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int ask(int server, const char *line, size_t length)
{
    char answer[1025];

    for (int round = 0; round < 3; round++) {
        while (write(server, line, length) == -1)
            if (errno != EINTR) {
                perror("write");
                return -1;
            }
        struct pollfd wait = {server, POLLIN, 0};
        for (;;) {
            int ready = poll(&wait, 1, 700);
            if (ready == -1 && errno == EINTR)
                continue;
            if (ready <= 0)
                break;
            ssize_t count = read(server, answer, sizeof answer - 1);
            if (count == -1 && errno == EINTR)
                continue;
            if (count == -1) {
                perror("read");
                return -1;
            }
            if ((size_t)count != length || memcmp(line, answer, length) != 0)
                continue;
            printf("answer: ");
            fwrite(answer, 1, (size_t)count, stdout);
            printf("\n");
            return 0;
        }
    }
    fprintf(stderr, "nobody answers\n");
    return -1;
}

int main(int argc, char *argv[])
{
    struct addrinfo hints = {.ai_socktype = SOCK_DGRAM, .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV}, *found;
    char line[1024];
    int status = 0;

    if (argc != 3 || getaddrinfo(argv[1], argv[2], &hints, &found) != 0) {
        fprintf(stderr, "usage: %s <ip> <port>\n", argv[0]);
        return 1;
    }
    int server = socket(found->ai_family, found->ai_socktype, found->ai_protocol);
    if (server == -1) {
        perror("socket");
        return 1;
    }
    if (connect(server, found->ai_addr, found->ai_addrlen) == -1) {
        perror("connect");
        return 1;
    }
    freeaddrinfo(found);
    while (status == 0 && fgets(line, sizeof line, stdin) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        if (strcmp(line, "Q") == 0 || strcmp(line, "q") == 0)
            break;
        status = ask(server, line, strlen(line));
    }
    close(server);
    return status == 0 ? 0 : 1;
}
