/* Asks for the answer without blocking, and sleeps three milliseconds when nothing is there.
 * exercise: echo_client
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
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

static int is_quit(const char *line)
{
    return strcmp(line, "q\n") == 0 || strcmp(line, "Q\n") == 0 || strcmp(line, "q") == 0 || strcmp(line, "Q") == 0;
}

/* What a call moved; 0 where it is for later. */
static size_t moved(ssize_t count, const char *call)
{
    if (count >= 0)
        return (size_t)count;
    if (errno != EAGAIN && errno != EINTR)
        fail(call);
    return 0;
}

static size_t print_some(int connection, size_t owed)
{
    char buffer[512];
    ssize_t count = recv(connection, buffer, owed < sizeof buffer ? owed : sizeof buffer, 0);

    if (count == 0) {
        fputs("the server is gone\n", stderr);
        exit(1);
    }
    size_t length = moved(count, "recv");
    fwrite(buffer, 1, length, stdout);
    return length;
}

static void exchange(int connection, const char *line, size_t length)
{
    size_t sent = 0, answered = 0;

    while (answered < length) {
        size_t before = sent + answered;
        if (sent < length)
            sent += moved(send(connection, line + sent, length - sent, MSG_NOSIGNAL), "send");
        answered += print_some(connection, length - answered);
        if (sent + answered == before)
            usleep(3000);
    }
    if (fflush(stdout) == EOF)
        fail("standard output");
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
    if (fcntl(connection, F_SETFL, O_NONBLOCK) == -1)
        fail("fcntl");
    while ((length = getline(&line, &size, stdin)) != -1 && !is_quit(line))
        exchange(connection, line, (size_t)length);
    free(line);
    if (close(connection) == -1)
        fail("close");
    return 0;
}
