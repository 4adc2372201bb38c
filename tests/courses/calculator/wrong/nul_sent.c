/* Sends the NUL behind each answer.
 * exercise: calculator_server
 * breaks: transfer.answer-exact
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BACKLOG = 5, BUFFER_SIZE = 1024, PAUSE_MILLISECONDS = 100 };

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

/* What the system is short of now it may have again in a moment. */
static bool is_shortage(int error)
{
    return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM;
}

/* A signal that came in, or a client that gave up before its turn, is no reason to stop waiting. Nor is a shortage, but
   accept would fail again at once: the pause keeps the program from trying as fast as the processor can. */
static int accept_client(int listener)
{
    for (;;) {
        int connection = accept(listener, NULL, NULL);
        if (connection != -1)
            return connection;
        if (is_shortage(errno)) {
            perror("accept");
            poll(NULL, 0, PAUSE_MILLISECONDS);
        } else if (errno != EINTR && errno != ECONNABORTED) {
            fail("accept");
        }
    }
}

/* Returns how many bytes came, 0 when the client has ended its side, and -1 when the connection is lost. */
static ssize_t read_some(int connection, char *buffer, size_t size)
{
    ssize_t count;

    do
        count = read(connection, buffer, size);
    while (count == -1 && errno == EINTR);
    if (count == -1)
        perror("read");
    return count;
}

/* write may take only a part of the data: the rest is offered again until nothing is left. */
static bool write_all(int connection, const char *data, size_t length)
{
    while (length > 0) {
        ssize_t written = write(connection, data, length);
        if (written == -1 && errno == EINTR)
            continue;
        if (written == -1) {
            perror("write");
            return false;
        }
        data += written;
        length -= (size_t)written;
    }
    return true;
}

/* Answers one line. What is no calculation of two numbers is an error, and the next line is looked at all the same. */
static bool answer(int connection, const char *line)
{
    char text[64], sign, more;
    long left, right;

    if (sscanf(line, "%ld %c %ld %c", &left, &sign, &right, &more) != 3 || (sign != '+' && sign != '*'))
        return write_all(connection, "error\n", 6);
    snprintf(text, sizeof text, "%ld\n", sign == '+' ? left + right : left * right);
    return write_all(connection, text, strlen(text) + 1);
}

/* A read may bring a part of a line, or several lines: what is behind the last line end waits for the rest of it. */
static void converse(int connection)
{
    char buffer[BUFFER_SIZE];
    size_t kept = 0;
    ssize_t count;

    while ((count = read_some(connection, buffer + kept, sizeof buffer - 1 - kept)) > 0) {
        char *line = buffer, *end;

        kept += (size_t)count;
        while ((end = memchr(line, '\n', kept - (size_t)(line - buffer))) != NULL) {
            *end = '\0';
            if (!answer(connection, line))
                return;
            line = end + 1;
        }
        kept -= (size_t)(line - buffer);
        memmove(buffer, line, kept);
        if (kept == sizeof buffer - 1)
            return; /* a line that does not fit: this client is let go */
    }
}

int main(int argc, char *argv[])
{
    in_port_t port = argc == 2 ? parse_port(argv[1]) : 0;
    if (port == 0) {
        fprintf(stderr, "usage: %s <port>\n", argv[0]);
        return 1;
    }

    /* Writing to a client that has left raises SIGPIPE, which would end the program, and all other clients with it.
       Ignored, it leaves write to fail with EPIPE, and that ends one conversation only. */
    if (signal(SIGPIPE, SIG_IGN) == SIG_ERR)
        fail("signal");

    int listener = open_listener(port);
    for (;;) {
        int connection = accept_client(listener);
        converse(connection);

        /* Whatever the end was: a connection that is not closed here would stay open as long as the server runs. */
        if (close(connection) == -1)
            perror("close");
    }
}
