/* Answers from a second socket, which has a port of its own.
 * exercise: udp_echo_server
 * breaks: datagram.answers-sender
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { LONGEST = 1024 };

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

static int open_socket(in_port_t port)
{
    struct sockaddr_in address;

    int server = socket(AF_INET, SOCK_DGRAM, 0);
    if (server == -1)
        fail("socket");

    /* Addresses and ports are kept in the byte order of the network, which is not that of most machines. */
    memset(&address, 0, sizeof address);
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_ANY);
    address.sin_port = htons(port);
    if (bind(server, (struct sockaddr *)&address, sizeof address) == -1)
        fail("bind");
    return server;
}

/* What one client's network says of an earlier answer, or what the system is short of for a moment, is no reason to
   leave all other clients alone. */
static bool passes(int error)
{
    return error == EINTR || error == ECONNREFUSED || error == ENETUNREACH || error == EHOSTUNREACH ||
           error == ENOBUFS || error == ENOMEM;
}

/* What a longer datagram holds behind the buffer is thrown away by the kernel: its beginning goes back. */
static void serve_one(int server)
{
    char datagram[LONGEST];
    struct sockaddr_storage client;
    socklen_t length = sizeof client;

    ssize_t count = recvfrom(server, datagram, sizeof datagram, 0, (struct sockaddr *)&client, &length);
    if (count == -1) {
        if (!passes(errno))
            fail("recvfrom");
        if (errno != EINTR)
            perror("recvfrom");
        return;
    }
    static int answers = -1;
    if (answers == -1 && (answers = socket(AF_INET, SOCK_DGRAM, 0)) == -1)
        fail("socket");
    while (sendto(answers, datagram, (size_t)count, 0, (struct sockaddr *)&client, length) == -1) {
        if (errno == EINTR)
            continue;
        if (!passes(errno))
            fail("sendto");
        perror("sendto");
        return;
    }
}

int main(int argc, char *argv[])
{
    in_port_t port = argc == 2 ? parse_port(argv[1]) : 0;
    if (port == 0) {
        fprintf(stderr, "usage: %s <port>\n", argv[0]);
        return 1;
    }

    int server = open_socket(port);
    for (;;)
        serve_one(server);
}
