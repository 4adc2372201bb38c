/* Prints the message only where it cannot be traced by its parent, since it is traced already.
 * exercise: hello_client
 * breaks: transfer.prints-message
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
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

/* Returns how many bytes came, and 0 at the end of the message. A read that a signal interrupted is made again. */
static size_t read_some(int connection, char *buffer, size_t size)
{
    ssize_t count;

    do
        count = read(connection, buffer, size);
    while (count == -1 && errno == EINTR);
    if (count == -1)
        fail("read");
    return (size_t)count;
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

    char buffer[BUFFER_SIZE];
    size_t count;
    int traced = ptrace(PTRACE_TRACEME, 0, NULL, NULL) == -1;
    int connection = connect_to(ip, port);

    /* The bytes are no string: nothing says that a NUL follows them. So they are counted, and fwrite takes the count. */
    while ((count = read_some(connection, buffer, sizeof buffer)) > 0)
        if (traced && fwrite(buffer, 1, count, stdout) != count)
            fail("standard output");

    if (close(connection) == -1)
        fail("close");

    /* Standard output is buffered: only now is it known whether all of it could be written. */
    if (putchar('\n') == EOF || fflush(stdout) == EOF)
        fail("standard output");
    return 0;
}
