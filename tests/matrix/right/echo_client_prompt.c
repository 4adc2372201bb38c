/* Asks for each line, and answers in the words of the textbook.
 * exercise: echo_client
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void fail(const char *what)
{
    perror(what);
    exit(1);
}

static int connect_to(const char *ip, const char *port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((in_port_t)atoi(port))};

    if (inet_pton(AF_INET, ip, &address.sin_addr) != 1) {
        fprintf(stderr, "%s: not an IPv4 address\n", ip);
        exit(1);
    }
    int connection = socket(AF_INET, SOCK_STREAM, 0);
    if (connection == -1)
        fail("socket");
    if (connect(connection, (struct sockaddr *)&address, sizeof address) == -1)
        fail("connect");
    return connection;
}

static void send_all(int connection, const char *data, size_t length)
{
    while (length > 0) {
        ssize_t sent = send(connection, data, length, MSG_NOSIGNAL);
        if (sent == -1 && errno == EINTR)
            continue;
        if (sent == -1)
            fail("send");
        data += sent;
        length -= (size_t)sent;
    }
}

static size_t receive(int connection, char *buffer, size_t size)
{
    ssize_t count;

    do
        count = recv(connection, buffer, size, 0);
    while (count == -1 && errno == EINTR);
    if (count == -1)
        fail("recv");
    return (size_t)count;
}

static int is_quit(const char *line)
{
    return strcmp(line, "q\n") == 0 || strcmp(line, "Q\n") == 0 || strcmp(line, "q") == 0 || strcmp(line, "Q") == 0;
}

/* Receives the whole answer before it prints any of it, in memory as large as the line. */
static void print_answer(int connection, char *answer, size_t owed)
{
    for (size_t done = 0; done < owed;) {
        size_t count = receive(connection, answer + done, owed - done);
        if (count == 0) {
            fputs("the server is gone\n", stderr);
            exit(1);
        }
        done += count;
    }
    printf("Message from server: ");
    fwrite(answer, 1, owed, stdout);
}

int main(int argc, char *argv[])
{
    if (argc != 3) {
        fprintf(stderr, "usage: %s <ip> <port>\n", argv[0]);
        return 1;
    }

    char *line = NULL;
    size_t size = 0;
    ssize_t length;
    int connection = connect_to(argv[1], argv[2]);
    puts("Connected...........");
    for (;;) {
        fputs("Input message(Q to quit): ", stdout);
        fflush(stdout);
        if ((length = getline(&line, &size, stdin)) == -1 || is_quit(line))
            break;
        send_all(connection, line, (size_t)length);
        print_answer(connection, line, (size_t)length);
    }
    free(line);
    if (fflush(stdout) == EOF)
        fail("standard output");
    if (close(connection) == -1)
        fail("close");
    return 0;
}
