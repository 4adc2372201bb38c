/* A child prints what comes back until the server ends; the parent sends the lines, ends its side and waits for it.
 * exercise: echo_client
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

static void fail(const char *what)
{
    perror(what);
    exit(1);
}

static int connect_to(const char *ip, const char *port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((in_port_t)atoi(port))};

    if (inet_pton(AF_INET, ip, &address.sin_addr) != 1) {
        fprintf(stderr, "%s is not an address\n", ip);
        exit(1);
    }
    int connection = socket(AF_INET, SOCK_STREAM, 0);
    if (connection == -1)
        fail("socket");
    if (connect(connection, (struct sockaddr *)&address, sizeof address) == -1)
        fail("connect");
    return connection;
}

static void write_all(int descriptor, const char *data, size_t length)
{
    while (length > 0) {
        ssize_t written = write(descriptor, data, length);
        if (written == -1 && errno == EINTR)
            continue;
        if (written == -1)
            fail("write");
        data += written;
        length -= (size_t)written;
    }
}

/* The child learns from a pipe at the end how much was owed. */
static int print_all(int connection, int pipe_end)
{
    char buffer[300];
    unsigned long total = 0, owed;

    for (;;) {
        ssize_t count = read(connection, buffer, sizeof buffer);
        if (count == -1 && errno == EINTR)
            continue;
        if (count == -1)
            fail("read");
        if (count == 0)
            break;
        total += count;
        if (fwrite(buffer, 1, count, stdout) != (size_t)count)
            fail("fwrite");
        fflush(stdout);
    }
    if (read(pipe_end, &owed, sizeof owed) != sizeof owed || owed != total) {
        fprintf(stderr, "the server ended before all came back\n");
        return 1;
    }
    return 0;
}

int main(int argc, char *argv[])
{
    char *line = NULL;
    size_t size = 0;
    ssize_t length;
    int ends[2], status;
    unsigned long owed = 0;

    if (argc != 3) {
        fprintf(stderr, "usage: %s <ip> <port>\n", argv[0]);
        return 1;
    }
    int connection = connect_to(argv[1], argv[2]);
    if (pipe(ends) == -1)
        fail("pipe");
    pid_t child = fork();
    if (child == -1)
        fail("fork");
    if (child == 0) {
        close(ends[1]);
        status = print_all(connection, ends[0]);
        close(connection);
        exit(status);
    }
    close(ends[0]);
    while ((length = getline(&line, &size, stdin)) != -1) {
        if (!strcmp(line, "Q\n") || !strcmp(line, "q\n") || !strcmp(line, "Q") || !strcmp(line, "q"))
            break;
        write_all(connection, line, length);
        owed += length;
    }
    if (ferror(stdin))
        fail("standard input");
    free(line);
    write_all(ends[1], (char *)&owed, sizeof owed);
    close(ends[1]);
    if (shutdown(connection, SHUT_WR) == -1)
        fail("shutdown");
    close(connection);
    while (waitpid(child, &status, 0) == -1)
        if (errno != EINTR)
            fail("waitpid");
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
