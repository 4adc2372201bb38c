/* Sends the rest after a short write, but from the start of the text.
 * exercise: hello_server
 * breaks: transfer.short-writes
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void fail(const char *call)
{
    perror(call);
    exit(1);
}

int main(int argc, char *argv[])
{
    const char *message = "Hello World!";
    size_t length = strlen(message), sent = 0;
    struct sockaddr_in address = {0};
    int listener, client, on = 1;

    if (argc != 2) {
        fprintf(stderr, "Usage: %s <port>\n", argv[0]);
        exit(1);
    }
    listener = socket(AF_INET, SOCK_STREAM, 0);
    if (listener == -1)
        fail("socket");
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_ANY);
    address.sin_port = htons(atoi(argv[1]));
    if (bind(listener, (struct sockaddr *)&address, sizeof(address)) == -1)
        fail("bind");
    if (listen(listener, 5) == -1)
        fail("listen");

    while ((client = accept(listener, NULL, NULL)) == -1)
        if (errno != EINTR)
            fail("accept");
    while (sent < length) {
        ssize_t count = write(client, message, length - sent);
        if (count == -1 && errno != EINTR)
            fail("write");
        if (count > 0)
            sent += count;
    }
    close(client);
    close(listener);
    return 0;
}
