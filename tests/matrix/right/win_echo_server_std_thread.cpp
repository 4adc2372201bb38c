/* A thread of the standard library for each client.
 * exercise: echo_server_win
 */

#include <winsock2.h>
#include <ws2tcpip.h>
#include <iostream>
#include <string>
#include <thread>
#include <mutex>
#pragma comment(lib, "ws2_32")

std::mutex out;

void serve(SOCKET client)
{
    char buffer[1024];
    int n;
    while ((n = recv(client, buffer, sizeof(buffer), 0)) > 0) {
        int done = 0;
        while (done < n) {
            int s = send(client, buffer + done, n - done, 0);
            if (s == SOCKET_ERROR) {
                std::lock_guard<std::mutex> lock(out);
                std::cerr << "send: " << WSAGetLastError() << std::endl;
                closesocket(client);
                return;
            }
            done += s;
        }
    }
    if (n == SOCKET_ERROR) {
        std::lock_guard<std::mutex> lock(out);
        std::cerr << "recv: " << WSAGetLastError() << std::endl;
    }
    closesocket(client);
}

int main(int argc, char *argv[])
{
    if (argc < 2) {
        std::cerr << "Usage: " << argv[0] << " <port>" << std::endl;
        return EXIT_FAILURE;
    }
    WSADATA wsa;
    if (int e = WSAStartup(MAKEWORD(2, 2), &wsa)) {
        std::cerr << "WSAStartup: " << e << std::endl;
        return EXIT_FAILURE;
    }
    SOCKET server = socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);
    if (server == INVALID_SOCKET) {
        std::cerr << "socket: " << WSAGetLastError() << std::endl;
        WSACleanup();
        return EXIT_FAILURE;
    }
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = INADDR_ANY;
    address.sin_port = htons((unsigned short)std::stoi(argv[1]));
    if (bind(server, (sockaddr *)&address, sizeof(address)) == SOCKET_ERROR || listen(server, SOMAXCONN) == SOCKET_ERROR) {
        std::cerr << "bind/listen: " << WSAGetLastError() << std::endl;
        closesocket(server);
        WSACleanup();
        return EXIT_FAILURE;
    }
    while (true) {
        SOCKET client = accept(server, nullptr, nullptr);
        if (client == INVALID_SOCKET) {
            std::cerr << "accept: " << WSAGetLastError() << std::endl;
            continue;
        }
        std::thread(serve, client).detach();
    }
}
