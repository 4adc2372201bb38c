/* C++: what is made in a constructor is ended in a destructor, also after an exception.
 * exercise: hello_client_win
 */
#include <iostream>
#include <stdexcept>
#include <string>
#include <WinSock2.h>
#include <WS2tcpip.h>

#pragma comment(lib, "ws2_32.lib")

struct Winsock {
    Winsock()
    {
        WSADATA data;
        if (WSAStartup(MAKEWORD(2, 2), &data) != 0)
            throw std::runtime_error("WSAStartup");
    }
    ~Winsock() { WSACleanup(); }
};

static std::runtime_error failure(const char *call)
{
    return std::runtime_error(std::string(call) + ": error " + std::to_string(WSAGetLastError()));
}

struct Socket {
    SOCKET number = socket(AF_INET, SOCK_STREAM, 0);
    Socket()
    {
        if (number == INVALID_SOCKET)
            throw failure("socket");
    }
    ~Socket() { closesocket(number); }
};

static std::string receive(const char *ip, int port)
{
    Winsock winsock;
    Socket connection;
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<u_short>(port));
    if (inet_pton(AF_INET, ip, &address.sin_addr) != 1)
        throw std::runtime_error("no address");
    if (connect(connection.number, reinterpret_cast<sockaddr *>(&address), sizeof address) == SOCKET_ERROR)
        throw failure("connect");
    std::string message;
    char piece[64];
    int count;
    while ((count = recv(connection.number, piece, sizeof piece, 0)) > 0)
        message.append(piece, count);
    if (count == SOCKET_ERROR)
        throw failure("recv");
    return message;
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        std::cerr << "usage: client <ip> <port>\n";
        return 1;
    }
    try {
        std::cout << receive(argv[1], std::stoi(argv[2])) << std::endl;
    } catch (const std::exception &problem) {
        std::cerr << problem.what() << std::endl;
        return 1;
    }
    return 0;
}
