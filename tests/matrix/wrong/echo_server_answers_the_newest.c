/* Serves its clients with poll, and sends every answer to the one that came last.
 * exercise: echo_server
 * breaks: robust.crossed-clients
 * may: lifecycle.server-backlog (of two at once one gets nothing),
 *      descriptor.valid-only (the one that came last may be gone),
 *      robust.client-reset (the one that came last may be gone),
 *      robust.aborted-connection (the one that came last is forgotten),
 *      robust.descriptor-limit (the one that came last is forgotten),
 *      robust.interrupted-calls (the one that came last is forgotten),
 *      descriptor.no-leak (the one that came last may be gone),
 *      lifecycle.server-serves-next-client (of two at once one gets nothing)
 */
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static void fail(const char *call)
{
    perror(call);
    exit(1);
}

static int write_all(int to, const char *data, size_t length)
{
    while (length > 0) {
        ssize_t count = write(to, data, length);
        if (count == -1 && errno == EINTR)
            continue;
        if (count == -1)
            return -1;
        data += count;
        length -= count;
    }
    return 0;
}

int main(int argc, char *argv[])
{
    struct sockaddr_in address = {0};
    struct pollfd watched[64];
    int listener, client = -1, count = 1, on = 1;
    char buffer[1024];

    if (argc != 2) {
        fprintf(stderr, "Usage: %s <port>\n", argv[0]);
        exit(1);
    }
    signal(SIGPIPE, SIG_IGN);
    listener = socket(AF_INET, SOCK_STREAM, 0);
    if (listener == -1)
        fail("socket");
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_ANY);
    address.sin_port = htons(atoi(argv[1]));
    if (bind(listener, (struct sockaddr *)&address, sizeof(address)) == -1)
        fail("bind");
    if (listen(listener, 5) == -1)
        fail("listen");
    watched[0].fd = listener;

    while (1) {
        watched[0].events = count < 64 ? POLLIN : 0;
        if (poll(watched, count, -1) == -1)
            continue;
        for (int i = count - 1; i > 0; i--) {
            if (watched[i].revents == 0)
                continue;
            ssize_t length = read(watched[i].fd, buffer, sizeof(buffer));
            if (length == -1 && errno == EINTR)
                continue;
            if (length > 0 && write_all(client, buffer, length) == 0)
                continue;
            close(watched[i].fd);
            watched[i] = watched[--count];
        }
        if (watched[0].revents == 0)
            continue;
        client = accept(listener, NULL, NULL);
        if (client != -1) {
            watched[count].fd = client;
            watched[count++].events = POLLIN;
        } else if (errno == EMFILE || errno == ENFILE) {
            sleep(1);
        } else if (errno != EINTR && errno != ECONNABORTED) {
            fail("accept");
        }
    }
}
