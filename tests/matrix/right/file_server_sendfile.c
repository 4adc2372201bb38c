/* Lets the system copy from the file to the connection.
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
#include <sys/sendfile.h>
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

static ssize_t receive(int connection, char *buffer, size_t size)
{
    ssize_t count;

    do
        count = recv(connection, buffer, size, 0);
    while (count == -1 && errno == EINTR);
    if (count == -1)
        perror("recv");
    return count;
}

static void send_file(int connection, const char *path)
{
    ssize_t count;

    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file == -1) {
        perror(path);
        return;
    }
    do
        count = sendfile(connection, file, NULL, 1 << 20);
    while (count > 0 || (count == -1 && errno == EINTR));
    if (count == -1)
        perror("sendfile");
    close(file);
}

/* Ends this direction, and waits for the client to end its own: a close with unread bytes would be a reset. */
static void hang_up(int connection)
{
    char dropped[512];

    if (shutdown(connection, SHUT_WR) == -1)
        return;
    while (receive(connection, dropped, sizeof dropped) > 0)
        ;
}

int main(int argc, char *argv[])
{
    if (argc != 3) {
        fprintf(stderr, "usage: %s <port> <path>\n", argv[0]);
        return 1;
    }

    if (signal(SIGPIPE, SIG_IGN) == SIG_ERR)
        fail("signal");
    int listener = open_listener(argv[1]);
    for (;;) {
        int connection = accept_client(listener);
        send_file(connection, argv[2]);
        hang_up(connection);
        close(connection);
    }
}
