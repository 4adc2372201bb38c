/* Takes the next port when the given one is in use, and tells nobody.
 * exercise: file_server
 * breaks: robust.port-in-use
 * may: robust.failed-setup-reported (a failed bind is followed by one with another port)
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
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

static int accept_client(int listener)
{
    int client;

    while ((client = accept(listener, NULL, NULL)) == -1) {
        if (errno == EMFILE || errno == ENFILE)
            sleep(1);
        else if (errno != EINTR && errno != ECONNABORTED)
            fail("accept");
    }
    return client;
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

static void send_file(int client, const char *path)
{
    char buffer[1024];
    ssize_t count;
    int file = open(path, O_RDONLY);

    if (file == -1) {
        perror(path);
        return;
    }
    while ((count = read(file, buffer, sizeof(buffer))) != 0) {
        if (count == -1 && errno == EINTR)
            continue;
        if (count == -1)
            perror("read");
        if (count == -1 || write_all(client, buffer, count) == -1)
            break;
    }
    close(file);
}

/* What the client still sends is read away: with unread input, close would reset the connection. */
static void end(int client)
{
    char unwanted[256];
    ssize_t count;

    shutdown(client, SHUT_WR);
    do
        count = read(client, unwanted, sizeof(unwanted));
    while (count > 0 || (count == -1 && errno == EINTR));
    close(client);
}

int main(int argc, char *argv[])
{
    struct sockaddr_in address = {0};
    int listener, client, on = 1;

    if (argc != 3) {
        fprintf(stderr, "Usage: %s <port> <path>\n", argv[0]);
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
    while (bind(listener, (struct sockaddr *)&address, sizeof(address)) == -1) {
        if (errno != EADDRINUSE)
            fail("bind");
        address.sin_port = htons(ntohs(address.sin_port) + 1);
    }
    if (listen(listener, 5) == -1)
        fail("listen");

    while (1) {
        client = accept_client(listener);
        send_file(client, argv[2]);
        end(client);
    }
}
