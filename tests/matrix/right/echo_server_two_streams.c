/* Puts two standard I/O streams over a connection and its copy, one to read and one to write.
 * exercise: echo_server
 */
#include <arpa/inet.h>
#include <errno.h>
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

/* Without a buffer the stream knows how much was written when it is interrupted. */
static int put(const char *data, size_t length, FILE *out)
{
    for (size_t done = 0; done < length;) {
        done += fwrite(data + done, 1, length - done, out);
        if (ferror(out)) {
            if (errno != EINTR)
                return -1;
            clearerr(out);
        }
    }
    return 0;
}

/* A byte at a time, as fread would wait until its buffer is full. */
static void echo(FILE *in, FILE *out)
{
    for (;;) {
        int one = getc(in);
        char byte = (char)one;
        if (one == EOF && ferror(in) && errno == EINTR)
            clearerr(in);
        else if (one == EOF)
            return;
        else if (put(&byte, 1, out) == -1) {
            perror("fwrite");
            return;
        }
    }
}

static void serve(int connection)
{
    int copy = dup(connection);
    FILE *in = fdopen(connection, "r");
    FILE *out = copy == -1 ? NULL : fdopen(copy, "w");

    if (in != NULL && out != NULL) {
        setvbuf(out, NULL, _IONBF, 0);
        echo(in, out);
    } else {
        perror("fdopen");
    }
    if (out != NULL)
        fclose(out);
    else if (copy != -1)
        close(copy);
    if (in != NULL)
        fclose(in);
    else
        close(connection);
}

int main(int argc, char *argv[])
{
    if (argc != 2) {
        fprintf(stderr, "usage: %s <port>\n", argv[0]);
        return 1;
    }

    if (signal(SIGPIPE, SIG_IGN) == SIG_ERR)
        fail("signal");
    int listener = open_listener(argv[1]);
    for (;;)
        serve(accept_client(listener));
}
