/* Is ended by SIGPIPE when a client has left.
 * exercise: unix_echo_server
 * breaks: robust.client-reset
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { BACKLOG = 5, BUFFER_SIZE = 1024, PAUSE_MILLISECONDS = 100 };

/* Says which call failed and why, and ends the program with a status that a shell takes for a failure. */
static void fail(const char *call)
{
    perror(call);
    exit(1);
}

/* A path must fit into the address with its final NUL: sun_path holds 108 bytes on Linux, 92 elsewhere. */
static struct sockaddr_un address_of(const char *path)
{
    struct sockaddr_un address;

    memset(&address, 0, sizeof address);
    address.sun_family = AF_UNIX;
    if (strlen(path) >= sizeof address.sun_path) {
        fprintf(stderr, "%s: the path is too long\n", path);
        exit(1);
    }
    strcpy(address.sun_path, path);
    return address;
}

static int open_listener(const char *path)
{
    struct sockaddr_un address = address_of(path);

    int listener = socket(AF_UNIX, SOCK_STREAM, 0);
    if (listener == -1)
        fail("socket");

    /* The socket of the last run still has its name in the folder: bind refuses a path that is there. */
    if (unlink(path) == -1 && errno != ENOENT)
        fail("unlink");
    if (bind(listener, (struct sockaddr *)&address, sizeof address) == -1)
        fail("bind");

    if (listen(listener, BACKLOG) == -1)
        fail("listen");
    return listener;
}

/* What the system is short of now it may have again in a moment. */
static bool is_shortage(int error)
{
    return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM;
}

/* A signal that came in, or a client that gave up before its turn, is no reason to stop waiting. Nor is a shortage, but
   accept would fail again at once: the pause keeps the program from trying as fast as the processor can. */
static int accept_client(int listener)
{
    for (;;) {
        int connection = accept(listener, NULL, NULL);
        if (connection != -1)
            return connection;
        if (is_shortage(errno)) {
            perror("accept");
            poll(NULL, 0, PAUSE_MILLISECONDS);
        } else if (errno != EINTR && errno != ECONNABORTED) {
            fail("accept");
        }
    }
}

/* Returns how many bytes came, 0 when the client has ended its side, and -1 when the connection is lost. */
static ssize_t read_some(int connection, char *buffer, size_t size)
{
    ssize_t count;

    do
        count = read(connection, buffer, size);
    while (count == -1 && errno == EINTR);
    if (count == -1)
        perror("read");
    return count;
}

/* write may take only a part of the data: the rest is offered again until nothing is left. */
static bool write_all(int connection, const char *data, size_t length)
{
    while (length > 0) {
        ssize_t written = write(connection, data, length);
        if (written == -1 && errno == EINTR)
            continue;
        if (written == -1) {
            perror("write");
            return false;
        }
        data += written;
        length -= (size_t)written;
    }
    return true;
}

/* What was read goes out before more is read: when the client ends its side, nothing is owed to it any more. And the
   count says how much to send: the buffer may hold the end of an older, longer part. */
static void echo(int connection)
{
    char buffer[BUFFER_SIZE];
    ssize_t count;

    while ((count = read_some(connection, buffer, sizeof buffer)) > 0)
        if (!write_all(connection, buffer, (size_t)count))
            return;
}

int main(int argc, char *argv[])
{
    if (argc != 2) {
        fprintf(stderr, "usage: %s <path>\n", argv[0]);
        return 1;
    }

    /* Writing to a client that has left raises SIGPIPE, which would end the program, and all other clients with it.
       Ignored, it leaves write to fail with EPIPE, and that ends one conversation only. */

    int listener = open_listener(argv[1]);
    for (;;) {
        int connection = accept_client(listener);
        echo(connection);

        /* Whatever the end was: a connection that is not closed here would stay open as long as the server runs. */
        if (close(connection) == -1)
            perror("close");
    }
}
