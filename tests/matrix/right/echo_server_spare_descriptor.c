/* Keeps a descriptor in reserve: when there is none left for a client, it takes the client by it and turns it away.
 * exercise: echo_server
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static int spare;

static void fail(const char *call)
{
    perror(call);
    exit(1);
}

static void turn_away(int listener)
{
    int client;

    close(spare);
    client = accept(listener, NULL, NULL);
    if (client != -1)
        close(client);
    spare = open("/dev/null", O_RDONLY);
}

static int accept_client(int listener)
{
    for (;;) {
        int client = accept(listener, NULL, NULL);
        if (client != -1)
            return client;
        if (errno == EMFILE || errno == ENFILE)
            turn_away(listener);
        else if (errno != EINTR && errno != ECONNABORTED)
            fail("accept");
    }
}

static int write_all(int client, const char *data, size_t length)
{
    while (length > 0) {
        ssize_t count = write(client, data, length);
        if (count == -1 && errno == EINTR)
            continue;
        if (count == -1)
            return -1;
        data += count;
        length -= (size_t)count;
    }
    return 0;
}

static void serve(int client)
{
    char buffer[1024];
    ssize_t count;

    while ((count = read(client, buffer, sizeof(buffer))) != 0) {
        if (count == -1 && errno == EINTR)
            continue;
        if (count == -1 || write_all(client, buffer, (size_t)count) == -1)
            break;
    }
    close(client);
}

int main(int argc, char *argv[])
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    int listener, on = 1;

    if (argc != 2) {
        fprintf(stderr, "usage: %s <port>\n", argv[0]);
        return 1;
    }
    signal(SIGPIPE, SIG_IGN);
    spare = open("/dev/null", O_RDONLY);
    listener = socket(AF_INET, SOCK_STREAM, 0);
    if (listener == -1)
        fail("socket");
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    address.sin_addr.s_addr = htonl(INADDR_ANY);
    address.sin_port = htons((in_port_t)atoi(argv[1]));
    if (bind(listener, (struct sockaddr *)&address, sizeof(address)) == -1)
        fail("bind");
    if (listen(listener, 5) == -1)
        fail("listen");
    for (;;)
        serve(accept_client(listener));
}
