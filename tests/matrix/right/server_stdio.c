/* Writes the greeting through an unbuffered standard I/O stream over the connection.
 * exercise: hello_server
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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

/* Without a buffer the stream knows how much was written when it is interrupted. */
static void put(const char *text, FILE *stream)
{
    size_t length = strlen(text), done = 0;

    while (done < length) {
        done += fwrite(text + done, 1, length - done, stream);
        if (ferror(stream)) {
            if (errno != EINTR)
                fail("fwrite");
            clearerr(stream);
        }
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
    FILE *stream = fdopen(accept_client(listener), "w");
    if (stream == NULL)
        fail("fdopen");
    setvbuf(stream, NULL, _IONBF, 0);
    put(greeting, stream);
    if (fclose(stream) == EOF)
        fail("fclose");
    close(listener);
    return 0;
}
