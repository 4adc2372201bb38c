/* Sends each line of standard input in a datagram, and prints the datagram that comes back.
 *
 * A network may lose a datagram, deliver it twice, or bring one of somebody else. So the client waits for a limited time
 * and asks again, takes only what its server sent, and only what is the answer to the line that it has sent.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

enum { LONGEST = 1024, TRIES = 4, SECONDS = 1 };

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

/* connect sends nothing here. It names the server, so that the kernel drops what others send, and tells when nobody has
   the port. */
static int connect_to(struct in_addr ip, in_port_t port)
{
    struct sockaddr_in address;
    struct timeval limit = {.tv_sec = SECONDS};

    int server = socket(AF_INET, SOCK_DGRAM, 0);
    if (server == -1)
        fail("socket");
    if (setsockopt(server, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit) == -1)
        fail("setsockopt");
    memset(&address, 0, sizeof address);
    address.sin_family = AF_INET;
    address.sin_addr = ip;
    address.sin_port = htons(port);
    if (connect(server, (struct sockaddr *)&address, sizeof address) == -1)
        fail("connect");
    return server;
}

static void send_line(int server, const char *line, size_t length)
{
    while (send(server, line, length, 0) == -1)
        if (errno != EINTR)
            fail("send");
}

/* Tells whether the answer came in time. Another answer is that to an earlier line, which came twice. */
static bool receive_answer(int server, const char *line, size_t length)
{
    char datagram[LONGEST];

    for (;;) {
        ssize_t count = recv(server, datagram, sizeof datagram, 0);
        if (count == -1 && (errno == EAGAIN || errno == EWOULDBLOCK))
            return false;
        if (count == -1 && errno != EINTR)
            fail("recv");
        if (count != -1 && (size_t)count == length && memcmp(datagram, line, length) == 0)
            return true;
    }
}

static void ask(int server, const char *line, size_t length)
{
    for (int tries = 0; tries < TRIES; tries++) {
        send_line(server, line, length);
        if (receive_answer(server, line, length)) {
            if (fwrite(line, 1, length, stdout) != length || fflush(stdout) == EOF)
                fail("standard output");
            return;
        }
    }
    fprintf(stderr, "no answer came\n");
    exit(1);
}

/* The last line may have no newline. */
static bool says_quit(const char *line, size_t length)
{
    if (length > 0 && line[length - 1] == '\n')
        length--;
    return length == 1 && (line[0] == 'Q' || line[0] == 'q');
}

static void converse(int server)
{
    char *line = NULL;
    size_t size = 0;
    ssize_t length;

    while ((length = getline(&line, &size, stdin)) != -1 && !says_quit(line, (size_t)length)) {
        if (length > LONGEST) {
            fprintf(stderr, "a line is too long for a datagram\n");
            exit(1);
        }
        ask(server, line, (size_t)length);
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

    int server = connect_to(ip, port);
    converse(server);
    if (close(server) == -1)
        fail("close");
    return 0;
}
