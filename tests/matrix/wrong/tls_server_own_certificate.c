/* Makes a certificate of its own, and never loads the one that it is given.
 * exercise: tls_hello_server
 * breaks: tls.certificate-from-argument
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

static void use_own_certificate(SSL_CTX *context)
{
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *own = X509_new();
    X509_NAME *name = X509_get_subject_name(own);

    X509_set_version(own, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(own), 1);
    X509_gmtime_adj(X509_getm_notBefore(own), 0);
    X509_gmtime_adj(X509_getm_notAfter(own), 1000000);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)"own", -1, -1, 0);
    X509_set_issuer_name(own, name);
    X509_set_pubkey(own, key);
    if (X509_sign(own, key, EVP_sha256()) == 0 || SSL_CTX_use_certificate(context, own) != 1 ||
        SSL_CTX_use_PrivateKey(context, key) != 1)
        fail("own certificate");
    X509_free(own);
    EVP_PKEY_free(key);
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

static int serve(SSL *tls)
{
    return send_all(tls, "Hello World!", 12);
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
    use_own_certificate(context);

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
            ERR_print_errors_fp(stderr);
        else if (serve(tls))
            SSL_shutdown(tls);
        SSL_free(tls);
        close(sock);
    }
}
