/* A thread for each client, and a table under a mutex; who does not read for a second is taken for gone.
 * exercise: chat_server
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MOST = 256, PATIENCE = 1000 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int clients[MOST], count;

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
    if (listen(listener, 32) == -1)
        fail("listen");
    return listener;
}

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

/* A connection that is shut down is closed by its own thread, whose read returns 0 then. */
static void send_to(int connection, const char *data, size_t length)
{
    while (length > 0) {
        ssize_t sent = send(connection, data, length, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent == -1 && errno == EINTR)
            continue;
        if (sent == -1 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
            struct pollfd room = {.fd = connection, .events = POLLOUT};
            if (poll(&room, 1, PATIENCE) > 0)
                continue;
        }
        if (sent == -1) {
            shutdown(connection, SHUT_RDWR);
            return;
        }
        data += sent;
        length -= (size_t)sent;
    }
}

static void say_to_all(const char *data, size_t length)
{
    pthread_mutex_lock(&lock);
    for (int place = 0; place < count; place++)
        send_to(clients[place], data, length);
    pthread_mutex_unlock(&lock);
}

static void take_out(int connection)
{
    pthread_mutex_lock(&lock);
    for (int place = 0; place < count; place++)
        if (clients[place] == connection) {
            clients[place] = clients[--count];
            break;
        }
    close(connection);
    pthread_mutex_unlock(&lock);
}

static void *serve(void *argument)
{
    int connection = (int)(intptr_t)argument;
    char buffer[100];
    ssize_t length;

    for (;;) {
        length = recv(connection, buffer, sizeof buffer, 0);
        if (length == -1 && errno == EINTR)
            continue;
        if (length <= 0)
            break;
        say_to_all(buffer, (size_t)length);
    }
    take_out(connection);
    return NULL;
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
        pthread_t thread;

        pthread_mutex_lock(&lock);
        int has_room = count < MOST;
        if (has_room)
            clients[count++] = connection;
        pthread_mutex_unlock(&lock);
        if (!has_room) {
            close(connection);
        } else if (pthread_create(&thread, NULL, serve, (void *)(intptr_t)connection) == 0) {
            pthread_detach(thread);
        } else {
            perror("pthread_create");
            take_out(connection);
        }
    }
}
