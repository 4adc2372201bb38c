/* Takes it that the four bytes of a length come at once.
 * exercise: long_server
 * breaks: transfer.any-split
 */
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { LARGEST = 1 << 24 };

/* Says which call failed and why, and ends the program with a status that a shell takes for a failure. */
static void fail(const char *call)
{
    perror(call);
    exit(1);
}

/* Reads so many bytes; returns 0 where the client is gone before. */
static int read_all(int connection, void *data, size_t count)
{
    for (size_t done = 0; done < count;) {
        ssize_t got = read(connection, (char *)data + done, count - done);
        if (got == 0 || (got == -1 && errno != EINTR))
            return 0;
        if (got > 0)
            done += (size_t)got;
    }
    return 1;
}

static int write_all(int connection, const void *data, size_t count)
{
    for (size_t done = 0; done < count;) {
        ssize_t sent = write(connection, (const char *)data + done, count - done);
        if (sent == -1 && errno != EINTR)
            return 0;
        if (sent > 0)
            done += (size_t)sent;
    }
    return 1;
}

static int read_length(int connection, uint32_t *length)
{
    ssize_t got;

    do
        got = read(connection, length, sizeof *length);
    while (got == -1 && errno == EINTR);
    return got == sizeof *length;
}

static void converse(int connection)
{
    uint32_t length;

    while (read_length(connection, &length)) {
        size_t count = ntohl(length);
        if (count > LARGEST)
            return;
        char *message = malloc(count + 1);
        if (message == NULL)
            return;
        int whole = read_all(connection, message, count);
        for (size_t place = 0; whole && place < count; place++)
            message[place] = (char)toupper((unsigned char)message[place]);
        whole = whole && write_all(connection, &length, sizeof length) && write_all(connection, message, count);
        free(message);
        if (!whole)
            return;
    }
}

int main(int argc, char *argv[])
{
    int port = argc == 2 ? atoi(argv[1]) : 0, on = 1;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_ANY)};

    if (port <= 0 || port > 65535) {
        fprintf(stderr, "usage: %s <port>\n", argv[0]);
        return 1;
    }
    address.sin_port = htons((in_port_t)port);
    signal(SIGPIPE, SIG_IGN);
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    if (listener == -1)
        fail("socket");
    if (setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == -1)
        fail("setsockopt");
    if (bind(listener, (struct sockaddr *)&address, sizeof address) == -1)
        fail("bind");
    if (listen(listener, 5) == -1)
        fail("listen");
    for (;;) {
        int connection = accept(listener, NULL, NULL);
        if (connection == -1) {
            if (errno != EINTR)
                perror("accept");
            continue;
        }
        converse(connection);
        close(connection);
    }
}
