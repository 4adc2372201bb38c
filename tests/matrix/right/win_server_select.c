/* Waits in select for clients, on sockets that do not block.
 * exercise: hello_server_win
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
    SOCKET listener, connection;
    const char greeting[] = "Hello World!";

    if (argc != 2) {
        printf("usage: %s <port>\n", argv[0]);
        return 1;
    }
    if (WSAStartup(MAKEWORD(2, 2), &data) != 0) {
        printf("WSAStartup failed\n");
        return 1;
    }
    listener = socket(AF_INET, SOCK_STREAM, 0);
    if (listener == INVALID_SOCKET)
        fail("socket");
    memset(&address, 0, sizeof address);
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_ANY);
    address.sin_port = htons((u_short)atoi(argv[1]));
    if (bind(listener, (struct sockaddr *)&address, sizeof address) == SOCKET_ERROR)
        fail("bind");
    if (listen(listener, 5) == SOCKET_ERROR)
        fail("listen");
    u_long on = 1;
    fd_set readable;
    if (ioctlsocket(listener, FIONBIO, &on) == SOCKET_ERROR)
        fail("ioctlsocket");
    FD_ZERO(&readable);
    FD_SET(listener, &readable);
    if (select(0, &readable, NULL, NULL, NULL) == SOCKET_ERROR)
        fail("select");
    connection = accept(listener, NULL, NULL);
    if (connection == INVALID_SOCKET)
        fail("accept");
    if (send(connection, greeting, sizeof greeting, 0) == SOCKET_ERROR)
        fail("send");
    closesocket(connection);
    closesocket(listener);
    WSACleanup();
    return 0;
}
