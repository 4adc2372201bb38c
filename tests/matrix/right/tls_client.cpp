// Owns what it opens, and reads to close_notify.
// exercise: tls_hello_client
#include <arpa/inet.h>
#include <csignal>
#include <cstring>
#include <iostream>
#include <memory>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdexcept>
#include <string>
#include <sys/socket.h>
#include <unistd.h>

struct Socket {
    int number;
    explicit Socket(int made) : number(made)
    {
        if (number == -1)
            throw std::runtime_error(std::string("socket: ") + std::strerror(errno));
    }
    ~Socket() { close(number); }
    Socket(const Socket &) = delete;
    Socket &operator=(const Socket &) = delete;
};

[[noreturn]] static void fail(const std::string &call)
{
    unsigned long error = ERR_peek_last_error();
    throw std::runtime_error(call + ": " + (error ? ERR_reason_error_string(error) : std::strerror(errno)));
}

static bool again(SSL *tls, int result)
{
    int error = SSL_get_error(tls, result);
    return error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE;
}

static void run(char *argv[])
{
    std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(SSL_CTX_new(TLS_client_method()), SSL_CTX_free);
    SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
    if (SSL_CTX_load_verify_locations(context.get(), argv[4], nullptr) != 1)
        fail(argv[4]);
    SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);

    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(std::stoi(argv[2]));
    inet_pton(AF_INET, argv[1], &address.sin_addr);
    Socket connection(socket(AF_INET, SOCK_STREAM, 0));
    if (connect(connection.number, reinterpret_cast<sockaddr *>(&address), sizeof address) == -1)
        throw std::runtime_error(std::string("connect: ") + std::strerror(errno));

    std::unique_ptr<SSL, decltype(&SSL_free)> tls(SSL_new(context.get()), SSL_free);
    SSL_set_fd(tls.get(), connection.number);
    if (X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(tls.get()), argv[3]) != 1) {
        ERR_clear_error();
        SSL_set1_host(tls.get(), argv[3]);
        SSL_set_tlsext_host_name(tls.get(), argv[3]);
    }
    for (int result; (result = SSL_connect(tls.get())) != 1;)
        if (!again(tls.get(), result))
            fail("SSL_connect");
    for (char buffer[4096];;) {
        ERR_clear_error();
        int count = SSL_read(tls.get(), buffer, sizeof buffer);
        if (count > 0)
            std::cout.write(buffer, count);
        else if (SSL_get_error(tls.get(), count) == SSL_ERROR_ZERO_RETURN)
            break;
        else if (!again(tls.get(), count))
            fail("SSL_read");
    }
    SSL_shutdown(tls.get());
    std::cout << std::endl;
}

int main(int argc, char *argv[])
{
    if (argc != 5) {
        std::cerr << "usage: " << argv[0] << " <ip> <port> <name> <authority>\n";
        return 2;
    }
    std::signal(SIGPIPE, SIG_IGN);
    try {
        run(argv);
    } catch (const std::exception &problem) {
        std::cerr << problem.what() << '\n';
        return 1;
    }
}
