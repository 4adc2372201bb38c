/* Waits in select, then takes what is there without blocking.
 * exercise: hello_client
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/select.h>
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

static void print(const char *data, size_t length)
{
    if (fwrite(data, 1, length, stdout) != length)
        fail("standard output");
}

static void wait_for_data(int connection)
{
    fd_set readable;

    if (connection >= FD_SETSIZE) {
        fprintf(stderr, "descriptor %d is too large for select\n", connection);
        exit(1);
    }
    do {
        FD_ZERO(&readable);
        FD_SET(connection, &readable);
        if (select(connection + 1, &readable, NULL, NULL, NULL) == -1 && errno != EINTR)
            fail("select");
    } while (!FD_ISSET(connection, &readable));
}

int main(int argc, char *argv[])
{
    if (argc != 3) {
        fprintf(stderr, "usage: %s <ip> <port>\n", argv[0]);
        return 1;
    }

    char buffer[512];
    ssize_t count;
    int connection = connect_to(argv[1], argv[2]);
    do {
        wait_for_data(connection);
        count = recv(connection, buffer, sizeof buffer, MSG_DONTWAIT);
        if (count > 0)
            print(buffer, (size_t)count);
        else if (count == -1 && errno != EAGAIN && errno != EINTR)
            fail("recv");
    } while (count != 0);
    close(connection);
    print("\n", 1);
    if (fflush(stdout) == EOF)
        fail("standard output");
    return 0;
}
