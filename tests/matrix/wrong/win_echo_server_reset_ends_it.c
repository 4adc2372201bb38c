/* Takes a reset by one client for the end of everything.
 * exercise: echo_server_win
 * breaks: robust.client-reset
 */
#include <winsock2.h>
#include <ws2tcpip.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void fail(const char *call)
{
    fprintf(stderr, "%s: error %d\n", call, WSAGetLastError());
    WSACleanup();
    exit(1);
}

static void start(void)
{
    WSADATA data;
    int problem = WSAStartup(MAKEWORD(2, 2), &data);

    if (problem != 0) {
        fprintf(stderr, "WSAStartup: error %d\n", problem);
        exit(1);
    }
}

static SOCKET open_listener(const char *port)
{
    struct sockaddr_in address;
    SOCKET listener = socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);

    if (listener == INVALID_SOCKET)
        fail("socket");
    memset(&address, 0, sizeof address);
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_ANY);
    address.sin_port = htons((u_short)atoi(port));
    if (bind(listener, (struct sockaddr *)&address, sizeof address) == SOCKET_ERROR)
        fail("bind");
    if (listen(listener, SOMAXCONN) == SOCKET_ERROR)
        fail("listen");
    return listener;
}

static int send_all(SOCKET connection, const char *data, int length)
{
    while (length > 0) {
        int sent = send(connection, data, length, 0);
        if (sent == SOCKET_ERROR) {
            fprintf(stderr, "send: error %d\n", WSAGetLastError());
            return -1;
        }
        data += sent;
        length -= sent;
    }
    return 0;
}

static void serve(SOCKET connection)
{
    char data[1024];
    int count;

    while ((count = recv(connection, data, sizeof data, 0)) > 0)
        if (send_all(connection, data, count) == -1)
            return;
    if (count == SOCKET_ERROR)
        fail("recv");
}

int main(int argc, char *argv[])
{
    if (argc != 2) {
        fprintf(stderr, "usage: %s <port>\n", argv[0]);
        return 1;
    }
    start();
    SOCKET listener = open_listener(argv[1]);
    for (;;) {
        SOCKET connection = accept(listener, NULL, NULL);
        if (connection == INVALID_SOCKET)
            fail("accept");
        serve(connection);
        closesocket(connection);
    }
}
