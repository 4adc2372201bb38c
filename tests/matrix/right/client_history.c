/* Closes the connection, and then writes the message into a history, whose descriptor gets the number that is free.
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
        fprintf(stderr, "%s is not an address\n", ip);
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
    char message[4096];
    size_t length = 0;
    ssize_t count;

    if (argc != 3) {
        fprintf(stderr, "usage: %s <ip> <port>\n", argv[0]);
        return 1;
    }
    int connection = connect_to(argv[1], argv[2]);
    while (length < sizeof message) {
        count = read(connection, message + length, sizeof message - length);
        if (count == -1 && errno == EINTR)
            continue;
        if (count == -1)
            fail("read");
        if (count == 0)
            break;
        length += count;
    }
    close(connection);
    printf("Message from server: %.*s\n", (int)length, message);

    FILE *history = fopen("history.txt", "a");
    if (history == NULL)
        fail("history.txt");
    if (fwrite(message, 1, length, history) != length || fclose(history) == EOF)
        fail("history.txt");
    return 0;
}
