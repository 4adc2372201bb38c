/* Each client has a thread; those that have ended are joined when the next client comes.
 * exercise: thread_echo_server
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
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

static int send_all(int connection, const char *data, size_t length)
{
    while (length > 0) {
        ssize_t sent = send(connection, data, length, MSG_NOSIGNAL);
        if (sent == -1 && errno == EINTR)
            continue;
        if (sent == -1) {
            perror("send");
            return -1;
        }
        data += sent;
        length -= (size_t)sent;
    }
    return 0;
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

static void echo(int connection)
{
    char buffer[1024];
    ssize_t count;

    while ((count = receive(connection, buffer, sizeof buffer)) > 0)
        if (send_all(connection, buffer, (size_t)count) == -1)
            return;
}

enum { MOST = 200 };

struct worker {
    pthread_t thread;
    int connection;
    atomic_int state;
};

enum { FREE, SERVES, ENDED };

static struct worker workers[MOST];

static void *serve(void *argument)
{
    struct worker *worker = argument;

    echo(worker->connection);
    close(worker->connection);
    atomic_store(&worker->state, ENDED);
    return NULL;
}

/* Joins the threads that have ended; returns a place for the next one, or NULL. */
static struct worker *tidy_up(void)
{
    struct worker *free_one = NULL;

    for (int i = 0; i < MOST; i++) {
        if (atomic_load(&workers[i].state) == ENDED) {
            pthread_join(workers[i].thread, NULL);
            atomic_store(&workers[i].state, FREE);
        }
        if (atomic_load(&workers[i].state) == FREE)
            free_one = &workers[i];
    }
    return free_one;
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
        struct worker *worker = tidy_up();
        if (worker == NULL) {
            close(connection);
            continue;
        }
        worker->connection = connection;
        atomic_store(&worker->state, SERVES);
        int problem = pthread_create(&worker->thread, NULL, serve, worker);
        if (problem != 0) {
            fprintf(stderr, "pthread_create: %s\n", strerror(problem));
            atomic_store(&worker->state, FREE);
            close(connection);
        }
    }
}
