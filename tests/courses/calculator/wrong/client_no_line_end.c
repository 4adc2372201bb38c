/* Leaves the line end off.
 * exercise: calculator_client
 * breaks: transfer.asks-and-prints
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BUFFER_SIZE = 1024 };

/* Says which call failed and why, and ends the program with a status that a shell takes for a failure. */
static void fail(const char *call)
{
    perror(call);
    exit(1);
}

/* Returns 0 for what is not a port: atoi would take "91x0" for 91, and 70000 would become another port. */
static in_port_t parse_port(const char *text)
{
    char *end;
    long port = strtol(text, &end, 10);

    return *end == '\0' && port > 0 && port <= 65535 ? (in_port_t)port : 0;
}

static int connect_to(struct in_addr ip, in_port_t port)
{
    struct sockaddr_in address;

    int connection = socket(AF_INET, SOCK_STREAM, 0);
    if (connection == -1)
        fail("socket");

    /* No bind: connect chooses this end's address and port. */
    memset(&address, 0, sizeof address);
    address.sin_family = AF_INET;
    address.sin_addr = ip;
    address.sin_port = htons(port);
    if (connect(connection, (struct sockaddr *)&address, sizeof address) == -1)
        fail("connect");
    return connection;
}

/* write may take only a part of the data: the rest is offered again until nothing is left. */
static void write_all(int connection, const char *data, size_t length)
{
    while (length > 0) {
        ssize_t written = write(connection, data, length);
        if (written == -1 && errno == EINTR)
            continue;
        if (written == -1)
            fail("write");
        data += written;
        length -= (size_t)written;
    }
}

/* Returns how many bytes came. Here the end of the connection is a failure too: it comes while an answer is owed. */
static size_t read_some(int connection, char *buffer, size_t size)
{
    ssize_t count;

    do
        count = read(connection, buffer, size);
    while (count == -1 && errno == EINTR);
    if (count == -1)
        fail("read");
    if (count == 0) {
        fprintf(stderr, "the server ended the connection in the middle of its answer\n");
        exit(1);
    }
    return (size_t)count;
}

/* The answer to the next line comes only when that line was sent: nothing stands behind this one. */
static void print_answer(int connection)
{
    char buffer[BUFFER_SIZE];
    size_t count;

    do {
        count = read_some(connection, buffer, sizeof buffer);
        if (fwrite(buffer, 1, count, stdout) != count)
            fail("standard output");
    } while (buffer[count - 1] != '\n');
    /* A person waits for the answer before typing on. */
    if (fflush(stdout) == EOF)
        fail("standard output");
}

/* getline takes lines of any length. The last line may have no line end, and the server waits for one. */
static void converse(int connection)
{
    char *line = NULL;
    size_t size = 0;
    ssize_t length;

    while ((length = getline(&line, &size, stdin)) != -1) {
        write_all(connection, line, line[length - 1] == '\n' ? (size_t)length - 1 : (size_t)length);
        print_answer(connection);
    }
    if (ferror(stdin))
        fail("standard input");
    free(line);
}

int main(int argc, char *argv[])
{
    struct in_addr ip;
    in_port_t port = argc == 3 ? parse_port(argv[2]) : 0;
    if (port == 0) {
        fprintf(stderr, "usage: %s <ip> <port>\n", argv[0]);
        return 1;
    }
    if (inet_pton(AF_INET, argv[1], &ip) != 1) {
        fprintf(stderr, "%s: %s is not an IPv4 address\n", argv[0], argv[1]);
        return 1;
    }

    /* Writing to a server that has left raises SIGPIPE, which would end the program without a word.
       Ignored, it leaves write to fail with EPIPE, and that is reported. */
    if (signal(SIGPIPE, SIG_IGN) == SIG_ERR)
        fail("signal");

    int connection = connect_to(ip, port);
    converse(connection);
    if (close(connection) == -1)
        fail("close");
    return 0;
}
