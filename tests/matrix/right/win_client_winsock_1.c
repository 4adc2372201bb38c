/* As for the first Winsock: version 1.1, and windows.h, which brings winsock.h.
 * exercise: hello_client_win
 */
#include <windows.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#pragma comment(lib, "wsock32.lib")

int main(int argc, char *argv[])
{
    SOCKADDR_IN address;
    WSADATA data;
    SOCKET connection;
    char piece[64];
    int count;

    if (argc != 3) {
        printf("Usage : %s <IP> <port>\n", argv[0]);
        return 1;
    }
    if (WSAStartup(MAKEWORD(1, 1), &data) != 0) {
        printf("WSAStartup() error\n");
        return 1;
    }
    connection = socket(PF_INET, SOCK_STREAM, 0);
    if (connection == INVALID_SOCKET) {
        printf("socket() error %d\n", WSAGetLastError());
        return 1;
    }
    memset(&address, 0, sizeof(address));
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = inet_addr(argv[1]);
    address.sin_port = htons((u_short)atoi(argv[2]));
    if (connect(connection, (SOCKADDR *)&address, sizeof(address)) == SOCKET_ERROR) {
        printf("connect() error %d\n", WSAGetLastError());
        return 1;
    }
    while ((count = recv(connection, piece, sizeof(piece), 0)) > 0)
        printf("%.*s", count, piece);
    if (count == SOCKET_ERROR) {
        printf("recv() error %d\n", WSAGetLastError());
        return 1;
    }
    printf("\n");
    closesocket(connection);
    WSACleanup();
    system("pause");
    return 0;
}
