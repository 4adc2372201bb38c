/* Reads one byte at a time and prints it, until the end of file.
 * exercise: hello_client
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
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

int main(int argc, char *argv[])
{
    if (argc != 3) {
        fprintf(stderr, "usage: %s <ip> <port>\n", argv[0]);
        return 1;
    }

    char byte;
    int connection = connect_to(argv[1], argv[2]);

    fputs("[", stdout);
    for (;;) {
        ssize_t count = recv(connection, &byte, 1, 0);
        if (count == 0)
            break;
        if (count == 1)
            putchar(byte);
        else if (errno != EINTR)
            fail("recv");
    }
    puts("]");
    close(connection);
    if (fflush(stdout) == EOF)
        fail("standard output");
    return 0;
}
