/* Connects to its own machine, whatever address it is given.
 * exercise: hello_client
 * breaks: lifecycle.client-connects-to-given-address
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

    char message[30];
    ssize_t count;
    int connection = connect_to("127.0.0.1", argv[2]);

    printf("Message from server: ");
    while ((count = read(connection, message, sizeof message)) != 0) {
        if (count > 0)
            printf("%.*s", (int)count, message);
        else if (errno != EINTR)
            fail("read");
    }
    printf("\n");
    close(connection);
    if (fflush(stdout) == EOF)
        fail("standard output");
    return 0;
}
