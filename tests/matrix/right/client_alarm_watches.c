/* Lets an alarm end a read that takes longer than ten seconds, and gives up then.
 * exercise: hello_client
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
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

static volatile sig_atomic_t too_late;

static void ring(int number)
{
    (void)number;
    too_late = 1;
}

static void expect_alarms(void)
{
    struct sigaction action = {.sa_handler = ring};

    if (sigaction(SIGALRM, &action, NULL) == -1)
        fail("sigaction");
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

static void print(const char *data, size_t length)
{
    if (fwrite(data, 1, length, stdout) != length)
        fail("standard output");
}

int main(int argc, char *argv[])
{
    if (argc != 3) {
        fprintf(stderr, "usage: %s <ip> <port>\n", argv[0]);
        return 1;
    }

    char buffer[256];
    expect_alarms();
    int connection = connect_to(argv[1], argv[2]);
    for (;;) {
        alarm(10);
        ssize_t count = recv(connection, buffer, sizeof buffer, 0);
        alarm(0);
        if (count == 0)
            break;
        if (count > 0)
            print(buffer, (size_t)count);
        else if (errno != EINTR || too_late)
            fail("recv");
    }
    close(connection);
    if (fflush(stdout) == EOF)
        fail("standard output");
    return 0;
}
