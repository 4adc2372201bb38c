/* Where the socket is full, it goes on reading: what SSL_write did not take is gone.
 * exercise: tls_echo_server
 * breaks: transfer.large
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum stage { SHAKES_HANDS, READS, WRITES, SAYS_GOODBYE };

struct client {
    int sock;
    SSL *tls;
    enum stage stage;
    int length;
    char buffer[4096];
};

static void fail(const char *call)
{
    perror(call);
    ERR_print_errors_fp(stderr);
    exit(1);
}

static int act(struct client *client)
{
    ERR_clear_error();
    switch (client->stage) {
    case SHAKES_HANDS:
        return SSL_accept(client->tls);
    case READS:
        return SSL_read(client->tls, client->buffer, sizeof(client->buffer));
    case WRITES:
        return SSL_write(client->tls, client->buffer, client->length);
    default:
        return SSL_shutdown(client->tls) < 0 ? -1 : 1;
    }
}

/* Goes on as far as it can; returns what is to be waited for, or 0 where the conversation is over. */
static unsigned go_on(struct client *client)
{
    for (;;) {
        int result = act(client);

        if (result <= 0) {
            int error = SSL_get_error(client->tls, result);

            if (error == SSL_ERROR_WANT_READ)
                return EPOLLIN;
            if (error == SSL_ERROR_WANT_WRITE) {
                client->stage = READS;
                continue;
            }
            if (error != SSL_ERROR_ZERO_RETURN) {
                ERR_print_errors_fp(stderr);
                return 0;
            }
            client->stage = SAYS_GOODBYE;
        } else if (client->stage == READS) {
            client->length = result;
            client->stage = WRITES;
        } else if (client->stage == SAYS_GOODBYE) {
            return 0;
        } else {
            client->stage = READS;
        }
    }
}

static void let_go(struct client *client)
{
    close(client->sock);
    SSL_free(client->tls);
    free(client);
}

static void greet(int poll, int listener, SSL_CTX *context)
{
    struct epoll_event event = {0};
    struct client *client;
    int sock = accept(listener, NULL, NULL);

    if (sock == -1) {
        if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
            perror("accept");
            usleep(100000);
        } else if (errno != EINTR && errno != ECONNABORTED && errno != EAGAIN) {
            fail("accept");
        }
        return;
    }
    if (fcntl(sock, F_SETFL, O_NONBLOCK) == -1)
        fail("fcntl");
    client = calloc(1, sizeof(*client));
    if (client == NULL)
        fail("calloc");
    client->sock = sock;
    client->tls = SSL_new(context);
    if (client->tls == NULL || SSL_set_fd(client->tls, sock) != 1)
        fail("SSL_new");
    event.events = EPOLLIN;
    event.data.ptr = client;
    if (epoll_ctl(poll, EPOLL_CTL_ADD, sock, &event) == -1)
        fail("epoll_ctl");
}

int main(int argc, char *argv[])
{
    struct sockaddr_in address = {0};
    struct epoll_event event = {0};
    SSL_CTX *context;
    int listener, poll, on = 1;

    if (argc != 4) {
        fprintf(stderr, "Usage: %s <port> <certificate> <key>\n", argv[0]);
        exit(1);
    }
    signal(SIGPIPE, SIG_IGN);
    context = SSL_CTX_new(TLS_server_method());
    if (context == NULL)
        fail("SSL_CTX_new");
    SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    if (SSL_CTX_use_certificate_chain_file(context, argv[2]) != 1)
        fail("SSL_CTX_use_certificate_chain_file");
    if (SSL_CTX_use_PrivateKey_file(context, argv[3], SSL_FILETYPE_PEM) != 1)
        fail("SSL_CTX_use_PrivateKey_file");

    listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (listener == -1)
        fail("socket");
    if (setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) == -1)
        fail("setsockopt");
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_ANY);
    address.sin_port = htons(atoi(argv[1]));
    if (bind(listener, (struct sockaddr *)&address, sizeof(address)) == -1)
        fail("bind");
    if (listen(listener, 16) == -1)
        fail("listen");
    poll = epoll_create1(0);
    if (poll == -1)
        fail("epoll_create1");
    event.events = EPOLLIN;
    if (epoll_ctl(poll, EPOLL_CTL_ADD, listener, &event) == -1)
        fail("epoll_ctl");

    for (;;) {
        struct epoll_event ready;
        int count = epoll_wait(poll, &ready, 1, -1);

        if (count == -1 && errno != EINTR)
            fail("epoll_wait");
        if (count < 1)
            continue;
        if (ready.data.ptr == NULL) {
            greet(poll, listener, context);
        } else {
            struct client *client = ready.data.ptr;

            ready.events = go_on(client);
            if (ready.events == 0)
                let_go(client);
            else if (epoll_ctl(poll, EPOLL_CTL_MOD, client->sock, &ready) == -1)
                fail("epoll_ctl");
        }
    }
}
