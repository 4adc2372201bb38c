/* A child opens the file as its standard input, the connection as its standard output, and becomes cat.
 * exercise: file_server
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

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

/* When descriptors run out it pauses, so as not to spin, and tries again. */
static int accept_client(int listener)
{
    for (;;) {
        int connection = accept(listener, NULL, NULL);
        if (connection != -1)
            return connection;
        if (errno == EINTR || errno == ECONNABORTED)
            continue;
        if (errno != EMFILE && errno != ENFILE && errno != ENOBUFS && errno != ENOMEM)
            fail("accept");
        perror("accept");
        poll(NULL, 0, 100);
    }
}

int main(int argc, char *argv[])
{
    if (argc != 3) {
        fprintf(stderr, "usage: %s <port> <file>\n", argv[0]);
        return 1;
    }
    signal(SIGCHLD, SIG_IGN);
    int listener = open_listener(argv[1]);
    for (;;) {
        int connection = accept_client(listener);
        pid_t child = fork();
        if (child == -1)
            perror("fork");
        if (child == 0) {
            close(listener);
            int file = open(argv[2], O_RDONLY);
            if (file == -1)
                fail(argv[2]);
            if (dup2(file, 0) == -1 || dup2(connection, 1) == -1)
                fail("dup2");
            close(file);
            close(connection);
            execl("/bin/cat", "cat", (char *)NULL);
            fail("cat");
        }
        close(connection);
    }
}
