/* Serves each client in a grandchild: the child between ends at once and is waited for.
 * exercise: hello_server
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static const char greeting[] = "Hello World!";

static void fail(const char *what)
{
    perror(what);
    exit(1);
}

static int open_listener(const char *port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((in_port_t)atoi(port))};
    int on = 1;

    address.sin_addr.s_addr = htonl(INADDR_ANY);
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    if (listener == -1)
        fail("socket");
    if (setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == -1)
        fail("setsockopt");
    if (bind(listener, (struct sockaddr *)&address, sizeof address) == -1)
        fail("bind");
    if (listen(listener, 5) == -1)
        fail("listen");
    return listener;
}

static int accept_client(int listener)
{
    for (;;) {
        int connection = accept(listener, NULL, NULL);
        if (connection != -1)
            return connection;
        if (errno != EINTR && errno != ECONNABORTED)
            fail("accept");
    }
}

static int send_all(int connection, const char *data, size_t length)
{
    while (length > 0) {
        ssize_t sent = send(connection, data, length, MSG_NOSIGNAL);
        if (sent == -1 && errno == EINTR)
            continue;
        if (sent == -1)
            return -1;
        data += sent;
        length -= (size_t)sent;
    }
    return 0;
}

static void serve(int listener, int connection)
{
    close(listener);
    int result = send_all(connection, greeting, strlen(greeting));
    if (result == -1)
        perror("send");
    close(connection);
    _exit(result == -1);
}

static void start_grandchild(int listener, int connection)
{
    pid_t grandchild = fork();
    if (grandchild == 0)
        serve(listener, connection);
    if (grandchild == -1)
        perror("fork");
    close(connection);
    _exit(grandchild == -1);
}

static void wait_for(pid_t child)
{
    while (waitpid(child, NULL, 0) == -1)
        if (errno != EINTR)
            fail("waitpid");
}

int main(int argc, char *argv[])
{
    if (argc != 2) {
        fprintf(stderr, "usage: %s <port>\n", argv[0]);
        return 1;
    }

    int listener = open_listener(argv[1]);
    for (;;) {
        int connection = accept_client(listener);
        pid_t child = fork();
        if (child == -1)
            perror("fork");
        if (child == 0)
            start_grandchild(listener, connection);
        close(connection);
        if (child > 0)
            wait_for(child);
    }
}
