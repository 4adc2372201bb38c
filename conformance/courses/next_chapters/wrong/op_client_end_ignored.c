/* Prints a result where the connection has ended before the answer was whole.
 * exercise: op_client
 * breaks: robust.lost-server-detected
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MOST_OPERANDS = 255, LONGEST_REQUEST = 1 + 4 * MOST_OPERANDS + 1 };

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

/* The answer may come in several parts. An end of the connection is a failure here, as long as an answer is owed. */
static void read_all(int connection, void *where, size_t size)
{
    char *free_space = where;

    while (size > 0) {
        ssize_t count = read(connection, free_space, size);
        if (count == -1 && errno == EINTR)
            continue;
        if (count == -1)
            fail("read");
        if (count == 0) {
            return;
        }
        free_space += count;
        size -= (size_t)count;
    }
}

/* What is typed may be no number, or too large a one, or end too soon. */
static long ask_number(const char *what, long least, long most)
{
    long number;

    printf("%s: ", what);
    if (scanf("%ld", &number) != 1 || number < least || number > most) {
        fprintf(stderr, "%s: no number from %ld to %ld\n", what, least, most);
        exit(1);
    }
    return number;
}

/* The space in the format skips the line end behind the last number. */
static char ask_operator(void)
{
    char sign;

    printf("operator: ");
    if (scanf(" %c", &sign) != 1 || strchr("+-*", sign) == NULL) {
        fprintf(stderr, "the operator is +, - or *\n");
        exit(1);
    }
    return sign;
}

/* The request is put together first and sent as one: a count, so many integers and an operator. memcpy puts an integer
   where it would not be aligned. */
static size_t ask_request(char *request)
{
    int count = (int)ask_number("count", 1, MOST_OPERANDS);
    size_t length = 0;

    request[length++] = (char)count;
    for (int place = 0; place < count; place++) {
        int32_t operand = (int32_t)ask_number("operand", INT32_MIN, INT32_MAX);
        memcpy(request + length, &operand, sizeof operand);
        length += sizeof operand;
    }
    request[length++] = ask_operator();
    return length;
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

    char request[LONGEST_REQUEST];
    int32_t result = 0;

    int connection = connect_to(ip, port);
    write_all(connection, request, ask_request(request));
    read_all(connection, &result, sizeof result);
    if (close(connection) == -1)
        fail("close");
    printf("result: %ld\n", (long)result);
    if (fflush(stdout) == EOF)
        fail("standard output");
    return 0;
}
