/* Accepts in one process and hands each connection over a local socket to another, which serves it.
 * exercise: hello_server
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
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

static int send_all(int connection, const char *data, size_t length)
{
    while (length > 0) {
        ssize_t sent = send(connection, data, length, MSG_NOSIGNAL);
        if (sent == -1 && errno == EINTR)
            continue;
        if (sent == -1)
            return -1;
        data += sent;
        length -= (size_t)sent;
    }
    return 0;
}

/* Room for one descriptor beside a message. */
union control {
    struct cmsghdr header;
    char space[CMSG_SPACE(sizeof(int))];
};

static void hand_over(int channel, int connection)
{
    char byte = 0;
    struct iovec piece = {&byte, 1};
    union control control = {0};
    struct msghdr message = {.msg_iov = &piece, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);

    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof connection);
    memcpy(CMSG_DATA(header), &connection, sizeof connection);
    while (sendmsg(channel, &message, MSG_NOSIGNAL) == -1)
        if (errno != EINTR)
            fail("sendmsg");
}

static int take_over(int channel)
{
    char byte;
    struct iovec piece = {&byte, 1};
    union control control;
    struct msghdr message = {.msg_iov = &piece, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
    ssize_t count;
    int connection;

    do
        count = recvmsg(channel, &message, 0);
    while (count == -1 && errno == EINTR);
    if (count == -1)
        fail("recvmsg");
    if (count == 0)
        exit(0);
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    if (header == NULL || header->cmsg_type != SCM_RIGHTS) {
        fprintf(stderr, "no descriptor came with the message\n");
        exit(1);
    }
    memcpy(&connection, CMSG_DATA(header), sizeof connection);
    return connection;
}

static void serve_for_ever(int channel)
{
    for (;;) {
        int connection = take_over(channel);
        if (send_all(connection, greeting, strlen(greeting)) == -1)
            perror("send");
        close(connection);
    }
}

int main(int argc, char *argv[])
{
    if (argc != 2) {
        fprintf(stderr, "usage: %s <port>\n", argv[0]);
        return 1;
    }

    int listener = open_listener(argv[1]);
    int channel[2];
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, channel) == -1)
        fail("socketpair");
    pid_t child = fork();
    if (child == -1)
        fail("fork");
    if (child == 0) {
        close(listener);
        close(channel[0]);
        serve_for_ever(channel[1]);
    }
    close(channel[1]);
    for (;;) {
        int connection = accept_client(listener);
        hand_over(channel[0], connection);
        close(connection);
    }
}
