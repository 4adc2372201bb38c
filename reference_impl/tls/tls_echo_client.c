/* Verifies an echo server over TLS, sends it each line of standard input and prints what comes back.
 *
 * No line goes out before the handshake is over: only then it is known who the other end is. The answer to one line may
 * come in several parts. The client knows how long the answer is, as long as the line, and reads until it has all of it.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BUFFER_SIZE = 1024 };

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

static int connect_to(struct in_addr ip, in_port_t port)
{
    struct sockaddr_in address;

    int connection = socket(AF_INET, SOCK_STREAM, 0);
    if (connection == -1)
        fail("socket");

    /* No bind: connect chooses this end's address and port. */
    memset(&address, 0, sizeof address);
    address.sin_family = AF_INET;
    address.sin_addr = ip;
    address.sin_port = htons(port);
    if (connect(connection, (struct sockaddr *)&address, sizeof address) == -1)
        fail("connect");
    return connection;
}

/* Without SSL_VERIFY_PEER the handshake goes on whatever certificate the server shows. */
static SSL_CTX *make_context(const char *authority)
{
    SSL_CTX *context = SSL_CTX_new(TLS_client_method());
    if (context == NULL)
        fail_tls("SSL_CTX_new");
    if (SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) != 1)
        fail_tls("SSL_CTX_set_min_proto_version");
    if (SSL_CTX_load_verify_locations(context, authority, NULL) != 1)
        fail_tls("SSL_CTX_load_verify_locations");
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
    return context;
}

/* A certificate from a good authority may be another server's: so the name is compared, too. The server is told the
   name, since it may have a certificate for each of several names; an address is compared, and not told. */
static void expect_name(SSL *tls, const char *name)
{
    struct in_addr address;

    if (inet_pton(AF_INET, name, &address) == 1) {
        if (X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(tls), name) != 1)
            fail_tls("X509_VERIFY_PARAM_set1_ip_asc");
        return;
    }
    if (SSL_set1_host(tls, name) != 1)
        fail_tls("SSL_set1_host");
    if (SSL_set_tlsext_host_name(tls, name) != 1)
        fail_tls("SSL_set_tlsext_host_name");
}

/* OpenSSL gives up when a signal interrupts its read or write: errno is EINTR then, and the same call goes on. */
static bool was_interrupted(SSL *tls, int result)
{
    int error = SSL_get_error(tls, result);

    return error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE;
}

static void shake_hands(SSL *tls)
{
    int result;

    do {
        ERR_clear_error();
        result = SSL_connect(tls);
    } while (result != 1 && was_interrupted(tls, result));
    if (result == 1)
        return;
    long why = SSL_get_verify_result(tls);
    if (why != X509_V_OK) {
        fprintf(stderr, "the server's certificate is refused: %s\n", X509_verify_cert_error_string(why));
        exit(1);
    }
    fail_tls("SSL_connect");
}

/* On a blocking socket SSL_write returns when all is written, or when it failed. */
static void write_all(SSL *tls, const char *data, size_t length)
{
    size_t written;
    int result;

    do {
        ERR_clear_error();
        result = SSL_write_ex(tls, data, length, &written);
    } while (result != 1 && was_interrupted(tls, result));
    if (result != 1)
        fail_tls("SSL_write");
}

/* Returns how many bytes came. Here the end of the connection is a failure too: it comes while an answer is owed. */
static size_t read_some(SSL *tls, char *buffer, size_t size)
{
    size_t count = 0;
    int result;

    do {
        ERR_clear_error();
        result = SSL_read_ex(tls, buffer, size, &count);
    } while (result != 1 && was_interrupted(tls, result));
    if (result != 1 && SSL_get_error(tls, result) != SSL_ERROR_ZERO_RETURN)
        fail_tls("SSL_read");
    if (result != 1) {
        fprintf(stderr, "the server ended the connection in the middle of its answer\n");
        exit(1);
    }
    return count;
}

/* No more is asked for than is owed, so that the answer to the next line is left for the next line. */
static void print_answer(SSL *tls, size_t owed)
{
    char buffer[BUFFER_SIZE];

    while (owed > 0) {
        size_t count = read_some(tls, buffer, owed < sizeof buffer ? owed : sizeof buffer);
        if (fwrite(buffer, 1, count, stdout) != count)
            fail("standard output");
        owed -= count;
    }
    /* A person waits for the answer before typing on. */
    if (fflush(stdout) == EOF)
        fail("standard output");
}

/* The last line may have no newline. */
static bool says_quit(const char *line, size_t length)
{
    if (length > 0 && line[length - 1] == '\n')
        length--;
    return length == 1 && (line[0] == 'Q' || line[0] == 'q');
}

/* getline takes lines of any length. A fixed buffer would cut a long one, and its rest might look like a line Q. */
static void converse(SSL *tls)
{
    char *line = NULL;
    size_t size = 0;
    ssize_t length;

    while ((length = getline(&line, &size, stdin)) != -1 && !says_quit(line, (size_t)length)) {
        write_all(tls, line, (size_t)length);
        print_answer(tls, (size_t)length);
    }
    if (ferror(stdin))
        fail("standard input");
    free(line);
}

int main(int argc, char *argv[])
{
    struct in_addr ip;
    in_port_t port = argc == 5 ? parse_port(argv[2]) : 0;
    if (port == 0) {
        fprintf(stderr, "usage: %s <ip> <port> <name> <authority>\n", argv[0]);
        return 1;
    }
    if (inet_pton(AF_INET, argv[1], &ip) != 1) {
        fprintf(stderr, "%s: %s is not an IPv4 address\n", argv[0], argv[1]);
        return 1;
    }

    /* OpenSSL writes by itself, alerts for example: to a server that has left that would raise SIGPIPE. */
    if (signal(SIGPIPE, SIG_IGN) == SIG_ERR)
        fail("signal");

    SSL_CTX *context = make_context(argv[4]);
    int connection = connect_to(ip, port);
    SSL *tls = SSL_new(context);
    if (tls == NULL || SSL_set_fd(tls, connection) != 1)
        fail_tls("SSL_new");
    expect_name(tls, argv[3]);
    shake_hands(tls);

    converse(tls);

    /* This says close_notify to the server, which then knows that nothing was cut off. */
    SSL_shutdown(tls);
    SSL_free(tls);
    SSL_CTX_free(context);
    if (close(connection) == -1)
        fail("close");
    return 0;
}
