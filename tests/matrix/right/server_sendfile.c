/* Lets the system send the greeting from a temporary file with sendfile.
 * exercise: hello_server
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
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

static FILE *store(const char *text)
{
    FILE *file = tmpfile();

    if (file == NULL || fputs(text, file) == EOF || fflush(file) == EOF)
        fail("tmpfile");
    return file;
}

static int send_file(int connection, int file, off_t size)
{
    off_t offset = 0;

    while (offset < size) {
        ssize_t sent = sendfile(connection, file, &offset, (size_t)(size - offset));
        if (sent == -1 && errno == EINTR)
            continue;
        if (sent <= 0)
            return -1;
    }
    return 0;
}

int main(int argc, char *argv[])
{
    if (argc != 2) {
        fprintf(stderr, "usage: %s <port>\n", argv[0]);
        return 1;
    }

    if (signal(SIGPIPE, SIG_IGN) == SIG_ERR)
        fail("signal");
    FILE *file = store(greeting);
    int listener = open_listener(argv[1]);
    int connection = accept_client(listener);
    if (send_file(connection, fileno(file), (off_t)strlen(greeting)) == -1)
        fail("sendfile");
    close(connection);
    close(listener);
    fclose(file);
    return 0;
}
