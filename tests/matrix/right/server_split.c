/* Serves one client through two streams, one to read and one to write, over two copies of the descriptor.
 * exercise: hello_server
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
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

static void put(const char *text, FILE *stream)
{
    while (*text != '\0') {
        if (putc(*text, stream) != EOF)
            text++;
        else if (errno == EINTR)
            clearerr(stream);
        else
            fail("putc");
    }
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
    int connection = accept_client(listener);
    int copy = dup(connection);
    if (copy == -1)
        fail("dup");
    FILE *in = fdopen(connection, "r");
    FILE *out = fdopen(copy, "w");
    if (in == NULL || out == NULL)
        fail("fdopen");
    setvbuf(out, NULL, _IONBF, 0);
    put(greeting, out);
    /* The end of file must not wait for the other copy to be closed. */
    shutdown(fileno(out), SHUT_WR);
    if (fclose(out) == EOF)
        fail("fclose");
    fclose(in);
    close(listener);
    return 0;
}
