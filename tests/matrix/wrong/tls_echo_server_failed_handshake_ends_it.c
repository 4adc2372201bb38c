/* Ends where a handshake fails.
 * exercise: tls_echo_server
 * breaks: tls.server-survives-strangers
 */
#include <arpa/inet.h>
#include <errno.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void fail(const char *call)
{
    perror(call);
    ERR_print_errors_fp(stderr);
    exit(1);
}

/* A signal came in between. */
static int again(SSL *tls, int result)
{
    int error = SSL_get_error(tls, result);

    return error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE;
}

static int send_all(SSL *tls, const char *data, int length)
{
    int result;

    do {
        ERR_clear_error();
        result = SSL_write(tls, data, length);
    } while (result <= 0 && again(tls, result));
    return result > 0;
}

/* Tells whether the client has said close_notify. */
static int serve(SSL *tls)
{
    char buffer[1024];
    int result;

    for (;;) {
        ERR_clear_error();
        result = SSL_read(tls, buffer, sizeof(buffer));
        if (result > 0) {
            if (!send_all(tls, buffer, result))
                return 0;
        } else if (!again(tls, result)) {
            return SSL_get_error(tls, result) == SSL_ERROR_ZERO_RETURN;
        }
    }
}

int main(int argc, char *argv[])
{
    struct sockaddr_in address = {0};
    SSL_CTX *context;
    SSL *tls;
    int listener, sock, on = 1, result;

    if (argc != 4) {
        fprintf(stderr, "Usage: %s <port> <certificate> <key>\n", argv[0]);
        exit(1);
    }
    signal(SIGPIPE, SIG_IGN);
    context = SSL_CTX_new(TLS_server_method());
    if (context == NULL)
        fail("SSL_CTX_new");
    if (SSL_CTX_use_certificate_chain_file(context, argv[2]) != 1)
        fail("SSL_CTX_use_certificate_chain_file");
    if (SSL_CTX_use_PrivateKey_file(context, argv[3], SSL_FILETYPE_PEM) != 1)
        fail("SSL_CTX_use_PrivateKey_file");

    listener = socket(AF_INET, SOCK_STREAM, 0);
    if (listener == -1)
        fail("socket");
    if (setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) == -1)
        fail("setsockopt");
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_ANY);
    address.sin_port = htons(atoi(argv[1]));
    if (bind(listener, (struct sockaddr *)&address, sizeof(address)) == -1)
        fail("bind");
    if (listen(listener, 5) == -1)
        fail("listen");

    for (;;) {
        sock = accept(listener, NULL, NULL);
        if (sock == -1) {
            if (errno == EINTR || errno == ECONNABORTED)
                continue;
            if (errno != EMFILE && errno != ENFILE && errno != ENOBUFS && errno != ENOMEM)
                fail("accept");
            perror("accept");
            usleep(100000);
            continue;
        }
        tls = SSL_new(context);
        if (tls == NULL || SSL_set_fd(tls, sock) != 1)
            fail("SSL_new");
        do {
            ERR_clear_error();
            result = SSL_accept(tls);
        } while (result != 1 && again(tls, result));
        if (result != 1)
            fail("SSL_accept");
        else if (serve(tls))
            SSL_shutdown(tls);
        SSL_free(tls);
        close(sock);
    }
}
