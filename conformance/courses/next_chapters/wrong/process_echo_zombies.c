/* Gives each client to a child, and never waits for the children that have ended.
 * exercise: process_echo_server
 * breaks: robust.crossed-clients
 */
#include <arpa/inet.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static void fail(const char *call)
{
    perror(call);
    exit(1);
}

static int accept_client(int listener)
{
    int client;

    while ((client = accept(listener, NULL, NULL)) == -1) {
        if (errno == EMFILE || errno == ENFILE)
            sleep(1);
        else if (errno != EINTR && errno != ECONNABORTED)
            fail("accept");
    }
    return client;
}

static int write_all(int to, const char *data, size_t length)
{
    while (length > 0) {
        ssize_t count = write(to, data, length);
        if (count == -1 && errno == EINTR)
            continue;
        if (count == -1)
            return -1;
        data += count;
        length -= count;
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
        if (count == -1 || write_all(client, buffer, count) == -1)
            return;
    }
}

int main(int argc, char *argv[])
{
    struct sockaddr_in address = {0};
    int listener, client, on = 1;

    if (argc != 2) {
        fprintf(stderr, "Usage: %s <port>\n", argv[0]);
        exit(1);
    }
    signal(SIGPIPE, SIG_IGN);
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

    while (1) {
        client = accept_client(listener);
        if (fork() == 0) {
            close(listener);
            serve(client);
            close(client);
            exit(0);
        }
        close(client);
    }
}
