/* Leaves the socket to the end of the program.
 * exercise: echo_client
 * breaks: descriptor.closed-once
 */
#include <arpa/inet.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void fail(const char *call)
{
    perror(call);
    exit(1);
}

static int write_all(int to, const char *data, size_t length)
{
    while (length > 0) {
        ssize_t count = write(to, data, length);
        if (count == -1 && errno == EINTR)
            continue;
        if (count == -1)
            return -1;
        data += count;
        length -= count;
    }
    return 0;
}

static void read_answer(int sock, char *answer, size_t length)
{
    while (length > 0) {
        ssize_t count = read(sock, answer, length);
        if (count == -1 && errno == EINTR)
            continue;
        if (count == -1)
            fail("read");
        if (count == 0) {
            fprintf(stderr, "The server is gone\n");
            exit(1);
        }
        answer += count;
        length -= count;
    }
}

int main(int argc, char *argv[])
{
    struct sockaddr_in address = {0};
    char *line = NULL;
    size_t room = 0;
    ssize_t length;
    int sock;

    if (argc != 3) {
        fprintf(stderr, "Usage: %s <ip> <port>\n", argv[0]);
        exit(1);
    }
    signal(SIGPIPE, SIG_IGN);
    sock = socket(AF_INET, SOCK_STREAM, 0);
    if (sock == -1)
        fail("socket");
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = inet_addr(argv[1]);
    address.sin_port = htons(atoi(argv[2]));
    if (connect(sock, (struct sockaddr *)&address, sizeof(address)) == -1)
        fail("connect");

    while ((length = getline(&line, &room, stdin)) != -1) {
        if (strcmp(line, "Q\n") == 0 || strcmp(line, "q\n") == 0)
            break;
        if (write_all(sock, line, length) == -1)
            fail("write");
        read_answer(sock, line, length);
        fwrite(line, 1, length, stdout);
    }
    free(line);
    return 0;
}
