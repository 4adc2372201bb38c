/* Connects on a socket that does not block, and waits with select.
 * exercise: hello_client_win
 */
#include <winsock2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void fail(const char *call)
{
    fprintf(stderr, "%s: error %d\n", call, WSAGetLastError());
    exit(1);
}

int main(int argc, char *argv[])
{
    WSADATA data;
    struct sockaddr_in address;
    SOCKET connection;
    char message[1024];
    int length = 0, count;

    if (argc != 3) {
        printf("usage: %s <ip> <port>\n", argv[0]);
        return 1;
    }
    if (WSAStartup(MAKEWORD(2, 2), &data) != 0) {
        printf("WSAStartup failed\n");
        return 1;
    }
    connection = socket(AF_INET, SOCK_STREAM, 0);
    if (connection == INVALID_SOCKET)
        fail("socket");
    memset(&address, 0, sizeof address);
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = inet_addr(argv[1]);
    address.sin_port = htons((u_short)atoi(argv[2]));
    u_long on = 1;
    fd_set ready, failed;
    if (ioctlsocket(connection, FIONBIO, &on) == SOCKET_ERROR)
        fail("ioctlsocket");
    if (connect(connection, (struct sockaddr *)&address, sizeof address) == SOCKET_ERROR) {
        if (WSAGetLastError() != WSAEWOULDBLOCK)
            fail("connect");
        FD_ZERO(&ready);
        FD_ZERO(&failed);
        FD_SET(connection, &ready);
        FD_SET(connection, &failed);
        if (select(0, NULL, &ready, &failed, NULL) == SOCKET_ERROR)
            fail("select");
        if (!FD_ISSET(connection, &ready)) {
            fprintf(stderr, "nobody answers\n");
            return 1;
        }
    }
    for (;;) {
        FD_ZERO(&ready);
        FD_SET(connection, &ready);
        if (select(0, &ready, NULL, NULL, NULL) == SOCKET_ERROR)
            fail("select");
        count = recv(connection, message + length, sizeof message - length, 0);
        if (count == SOCKET_ERROR && WSAGetLastError() == WSAEWOULDBLOCK)
            continue;
        if (count == SOCKET_ERROR)
            fail("recv");
        if (count == 0 || (length += count) == (int)sizeof message)
            break;
    }
    printf("Message from server: %.*s\n", length, message);
    closesocket(connection);
    WSACleanup();
    return 0;
}
