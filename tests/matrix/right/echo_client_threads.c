/* Has a thread that sends all lines and ends its side, while the main thread prints what comes back.
 * exercise: echo_client
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
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
        fprintf(stderr, "%s: not an IPv4 address\n", ip);
        exit(1);
    }
    int connection = socket(AF_INET, SOCK_STREAM, 0);
    if (connection == -1)
        fail("socket");
    if (connect(connection, (struct sockaddr *)&address, sizeof address) == -1)
        fail("connect");
    return connection;
}

static void send_all(int connection, const char *data, size_t length)
{
    while (length > 0) {
        ssize_t sent = send(connection, data, length, MSG_NOSIGNAL);
        if (sent == -1 && errno == EINTR)
            continue;
        if (sent == -1)
            fail("send");
        data += sent;
        length -= (size_t)sent;
    }
}

static size_t receive(int connection, char *buffer, size_t size)
{
    ssize_t count;

    do
        count = recv(connection, buffer, size, 0);
    while (count == -1 && errno == EINTR);
    if (count == -1)
        fail("recv");
    return (size_t)count;
}

static int is_quit(const char *line)
{
    return strcmp(line, "q\n") == 0 || strcmp(line, "Q\n") == 0 || strcmp(line, "q") == 0 || strcmp(line, "Q") == 0;
}

struct conversation {
    int connection;
    size_t sent;
    atomic_int finished;
};

static void *speak(void *argument)
{
    struct conversation *ours = argument;
    char *line = NULL;
    size_t size = 0;
    ssize_t length;

    while ((length = getline(&line, &size, stdin)) != -1 && !is_quit(line)) {
        send_all(ours->connection, line, (size_t)length);
        ours->sent += (size_t)length;
    }
    free(line);
    ours->finished = 1;
    if (shutdown(ours->connection, SHUT_WR) == -1 && errno != ENOTCONN)
        fail("shutdown");
    return NULL;
}

static size_t print_all(int connection)
{
    char buffer[500];
    size_t count, all = 0;

    while ((count = receive(connection, buffer, sizeof buffer)) > 0) {
        fwrite(buffer, 1, count, stdout);
        all += count;
    }
    return all;
}

int main(int argc, char *argv[])
{
    if (argc != 3) {
        fprintf(stderr, "usage: %s <ip> <port>\n", argv[0]);
        return 1;
    }

    struct conversation ours = {.connection = connect_to(argv[1], argv[2])};
    pthread_t thread;
    int problem = pthread_create(&thread, NULL, speak, &ours);
    if (problem != 0) {
        fprintf(stderr, "pthread_create: %s\n", strerror(problem));
        return 1;
    }
    size_t received = print_all(ours.connection);
    /* The thread may still wait for a line: that must not keep the program. */
    if (!ours.finished) {
        fputs("the server is gone\n", stderr);
        fflush(stdout);
        _exit(1);
    }
    pthread_join(thread, NULL);
    if (close(ours.connection) == -1)
        fail("close");
    if (fflush(stdout) == EOF)
        fail("standard output");
    if (received != ours.sent) {
        fprintf(stderr, "%zu bytes sent, %zu came back\n", ours.sent, received);
        return 1;
    }
    return 0;
}
