/* Says on standard error who traces it, and greets all the same.
 * exercise: hello_server
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BACKLOG = 5 };
static const char greeting[] = "Hello World!";

/* Returns the number behind a word of /proc/self/status. */
static long status_number(const char *word)
{
    char line[256];
    long number = 0;
    FILE *status = fopen("/proc/self/status", "r");

    if (status == NULL)
        return 0;
    while (fgets(line, sizeof line, status) != NULL)
        if (strncmp(line, word, strlen(word)) == 0)
            number = strtol(line + strlen(word), NULL, 10);
    fclose(status);
    return number;
}

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

static int open_listener(in_port_t port)
{
    struct sockaddr_in address;
    int on = 1;

    int listener = socket(AF_INET, SOCK_STREAM, 0);
    if (listener == -1)
        fail("socket");

    /* Connections of the last run may still stand in TIME_WAIT: without this, bind refuses their port for a minute. */
    if (setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == -1)
        fail("setsockopt");

    /* Addresses and ports are kept in the byte order of the network, which is not that of most machines. */
    memset(&address, 0, sizeof address);
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_ANY);
    address.sin_port = htons(port);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) == -1)
        fail("bind");

    if (listen(listener, BACKLOG) == -1)
        fail("listen");
    return listener;
}

/* A signal that came in, or a client that gave up before its turn, is no reason to stop waiting. */
static int accept_client(int listener)
{
    int connection;

    do
        connection = accept(listener, NULL, NULL);
    while (connection == -1 && (errno == EINTR || errno == ECONNABORTED));
    if (connection == -1)
        fail("accept");
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

int main(int argc, char *argv[])
{
    in_port_t port = argc == 2 ? parse_port(argv[1]) : 0;
    if (port == 0) {
        fprintf(stderr, "usage: %s <port>\n", argv[0]);
        return 1;
    }

    /* Writing to a client that has left raises SIGPIPE, which would end the program without a word.
       Ignored, it leaves write to fail with EPIPE, and that is reported. */
    if (signal(SIGPIPE, SIG_IGN) == SIG_ERR)
        fail("signal");

    fprintf(stderr, "traced by process %ld, under filter %ld\n", status_number("TracerPid:"), status_number("Seccomp:"));
    int listener = open_listener(port);
    int connection = accept_client(listener);
    write_all(connection, greeting, strlen(greeting));

    /* The client reads to the end of file, and this is what ends it. */
    if (close(connection) == -1)
        fail("close");
    if (close(listener) == -1)
        fail("close");
    return 0;
}
