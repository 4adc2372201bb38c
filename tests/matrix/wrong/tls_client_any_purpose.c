/* Takes a certificate that is not for servers.
 * exercise: tls_hello_client
 * breaks: tls.purpose-verified
 */
#include <arpa/inet.h>
#include <errno.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
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

int main(int argc, char *argv[])
{
    struct sockaddr_in address = {0};
    struct in_addr any;
    SSL_CTX *context;
    SSL *tls;
    char buffer[30];
    int sock, result;

    if (argc != 5) {
        fprintf(stderr, "Usage: %s <ip> <port> <name> <authority>\n", argv[0]);
        exit(1);
    }
    signal(SIGPIPE, SIG_IGN);
    context = SSL_CTX_new(TLS_client_method());
    if (context == NULL)
        fail("SSL_CTX_new");
    if (SSL_CTX_load_verify_locations(context, argv[4], NULL) != 1)
        fail("SSL_CTX_load_verify_locations");
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
    SSL_CTX_set_purpose(context, X509_PURPOSE_ANY);

    sock = socket(AF_INET, SOCK_STREAM, 0);
    if (sock == -1)
        fail("socket");
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = inet_addr(argv[1]);
    address.sin_port = htons(atoi(argv[2]));
    if (connect(sock, (struct sockaddr *)&address, sizeof(address)) == -1)
        fail("connect");

    tls = SSL_new(context);
    if (tls == NULL || SSL_set_fd(tls, sock) != 1)
        fail("SSL_new");
    if (inet_pton(AF_INET, argv[3], &any) == 1) {
        X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(tls), argv[3]);
    } else {
        SSL_set1_host(tls, argv[3]);
        SSL_set_tlsext_host_name(tls, argv[3]);
    }
    do {
        ERR_clear_error();
        result = SSL_connect(tls);
    } while (result != 1 && again(tls, result));
    if (result != 1)
        fail("SSL_connect");

    printf("Message from server: ");
    for (;;) {
        ERR_clear_error();
        result = SSL_read(tls, buffer, sizeof(buffer));
        if (result > 0)
            fwrite(buffer, 1, result, stdout);
        else if (SSL_get_error(tls, result) == SSL_ERROR_ZERO_RETURN)
            break;
        else if (!again(tls, result))
            fail("SSL_read");
    }
    printf("\n");
    SSL_shutdown(tls);
    SSL_free(tls);
    SSL_CTX_free(context);
    close(sock);
    return 0;
}
