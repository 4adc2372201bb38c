// Writes with a stream of the standard library, and looks at its state after the close.
// exercise: file_client
#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iostream>
#include <netinet/in.h>
#include <stdexcept>
#include <string>
#include <sys/socket.h>
#include <unistd.h>

[[noreturn]] static void fail(const std::string &what)
{
    throw std::runtime_error(what + ": " + std::strerror(errno));
}

static int connect_to(const char *ip, const char *port)
{
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<in_port_t>(std::atoi(port)));
    if (inet_pton(AF_INET, ip, &address.sin_addr) != 1)
        throw std::runtime_error("not an IPv4 address");
    const int connection = socket(AF_INET, SOCK_STREAM, 0);
    if (connection == -1)
        fail("socket");
    if (connect(connection, reinterpret_cast<sockaddr *>(&address), sizeof address) == -1)
        fail("connect");
    return connection;
}

static void store(int connection, const char *path)
{
    std::array<char, 2000> block;
    std::ofstream file(path, std::ios::binary | std::ios::trunc);
    if (!file)
        fail(path);
    for (;;) {
        const ssize_t count = recv(connection, block.data(), block.size(), 0);
        if (count == -1 && errno == EINTR)
            continue;
        if (count == -1)
            fail("recv");
        if (count == 0)
            break;
        if (!file.write(block.data(), count))
            fail(path);
    }
    file.close();
    if (!file)
        fail(path);
}

int main(int argc, char *argv[])
try {
    if (argc != 4) {
        std::cerr << "usage: " << argv[0] << " <ip> <port> <path>\n";
        return 1;
    }
    const int connection = connect_to(argv[1], argv[2]);
    store(connection, argv[3]);
    if (close(connection) == -1)
        fail("close");
} catch (const std::exception &problem) {
    std::cerr << problem.what() << '\n';
    return 1;
}
