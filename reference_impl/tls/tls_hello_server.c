/* Greets each client over TLS with "Hello World!" and ends the connection.
 *
 * The calls of TCP come first, as without TLS. Then the handshake proves to the client who the server is, by its
 * certificate and its key, and from there on all that is written is encrypted.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BACKLOG = 5, PAUSE_MILLISECONDS = 100 };
static const char greeting[] = "Hello World!";

/* Says which call failed and why, and ends the program with a status that a shell takes for a failure. */
static void fail(const char *call)
{
    perror(call);
    exit(1);
}

/* The same for calls of OpenSSL. It keeps its own list of errors; where that is empty, the system knows why. */
static void fail_tls(const char *call)
{
    if (ERR_peek_error() == 0)
        fail(call);
    fprintf(stderr, "%s failed\n", call);
    ERR_print_errors_fp(stderr);
    exit(1);
}

/* Returns 0 for what is not a port: atoi would take "91x0" for 91, and 70000 would become another port. */
static in_port_t parse_port(const char *text)
{
    char *end;
    long port = strtol(text, &end, 10);

    return *end == '\0' && port > 0 && port <= 65535 ? (in_port_t)port : 0;
}

static int open_listener(in_port_t port)
{
    struct sockaddr_in address;
    int on = 1;

    int listener = socket(AF_INET, SOCK_STREAM, 0);
    if (listener == -1)
        fail("socket");

    /* Connections of the last run may still stand in TIME_WAIT: without this, bind refuses their port for a minute. */
    if (setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == -1)
        fail("setsockopt");

    /* Addresses and ports are kept in the byte order of the network, which is not that of most machines. */
    memset(&address, 0, sizeof address);
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_ANY);
    address.sin_port = htons(port);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) == -1)
        fail("bind");

    if (listen(listener, BACKLOG) == -1)
        fail("listen");
    return listener;
}

/* What the system is short of now it may have again in a moment. */
static bool is_shortage(int error)
{
    return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM;
}

/* A signal that came in, or a client that gave up before its turn, is no reason to stop waiting. Nor is a shortage, but
   accept would fail again at once: the pause keeps the program from trying as fast as the processor can. */
static int accept_client(int listener)
{
    for (;;) {
        int connection = accept(listener, NULL, NULL);
        if (connection != -1)
            return connection;
        if (is_shortage(errno)) {
            perror("accept");
            poll(NULL, 0, PAUSE_MILLISECONDS);
        } else if (errno != EINTR && errno != ECONNABORTED) {
            fail("accept");
        }
    }
}

/* What fails on a connection is that client's trouble: it is reported, and the next client is served. */
static void report_tls(const char *call)
{
    if (ERR_peek_error() == 0)
        perror(call);
    else
        fprintf(stderr, "%s failed\n", call);
    ERR_print_errors_fp(stderr);
}

/* The file holds the server's own certificate first, and then those between it and the authority: clients know the
   authority only. SSL_CTX_use_certificate_file would read the first one alone. */
static SSL_CTX *make_context(const char *certificate, const char *key)
{
    SSL_CTX *context = SSL_CTX_new(TLS_server_method());
    if (context == NULL)
        fail_tls("SSL_CTX_new");
    if (SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) != 1)
        fail_tls("SSL_CTX_set_min_proto_version");
    if (SSL_CTX_use_certificate_chain_file(context, certificate) != 1)
        fail_tls("SSL_CTX_use_certificate_chain_file");
    if (SSL_CTX_use_PrivateKey_file(context, key, SSL_FILETYPE_PEM) != 1)
        fail_tls("SSL_CTX_use_PrivateKey_file");
    return context;
}

/* OpenSSL gives up when a signal interrupts its read or write: errno is EINTR then, and the same call goes on. */
static bool was_interrupted(SSL *tls, int result)
{
    int error = SSL_get_error(tls, result);

    return error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE;
}

static bool shake_hands(SSL *tls)
{
    int result;

    do {
        ERR_clear_error();
        result = SSL_accept(tls);
    } while (result != 1 && was_interrupted(tls, result));
    if (result != 1)
        report_tls("SSL_accept");
    return result == 1;
}

/* On a blocking socket SSL_write returns when all is written, or when it failed. */
static bool write_all(SSL *tls, const char *data, size_t length)
{
    size_t written;
    int result;

    do {
        ERR_clear_error();
        result = SSL_write_ex(tls, data, length, &written);
    } while (result != 1 && was_interrupted(tls, result));
    if (result != 1)
        report_tls("SSL_write");
    return result == 1;
}

int main(int argc, char *argv[])
{
    in_port_t port = argc == 4 ? parse_port(argv[1]) : 0;
    if (port == 0) {
        fprintf(stderr, "usage: %s <port> <certificate> <key>\n", argv[0]);
        return 1;
    }

    /* OpenSSL writes by itself, alerts for example: to a client that has left that raises SIGPIPE, which would end the
       program, and all other clients with it. Ignored, it leaves the call to fail, and that ends one conversation. */
    if (signal(SIGPIPE, SIG_IGN) == SIG_ERR)
        fail("signal");

    SSL_CTX *context = make_context(argv[2], argv[3]);
    int listener = open_listener(port);
    for (;;) {
        int connection = accept_client(listener);
        SSL *tls = SSL_new(context);
        if (tls == NULL || SSL_set_fd(tls, connection) != 1)
            fail_tls("SSL_new");

        /* SSL_shutdown says close_notify, without which the client cannot tell the end of the data from a connection
           that somebody cut off. After a failure there is nobody to say it to. */
        if (shake_hands(tls) && write_all(tls, greeting, strlen(greeting)))
            SSL_shutdown(tls);
        SSL_free(tls);

        /* Whatever the end was: a connection that is not closed here would stay open as long as the server runs. */
        if (close(connection) == -1)
            perror("close");
    }
}
