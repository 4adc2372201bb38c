/* Serves each client in a thread of its own, for ever.
 * exercise: hello_server_win
 */
#include <winsock2.h>
#include <process.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void fail(const char *call)
{
    fprintf(stderr, "%s: error %d\n", call, WSAGetLastError());
    exit(1);
}

static const char greeting[] = "Hello World!";

static unsigned __stdcall serve(void *given)
{
    SOCKET connection = (SOCKET)given;

    if (send(connection, greeting, sizeof greeting, 0) == SOCKET_ERROR)
        fprintf(stderr, "send: error %d\n", WSAGetLastError());
    closesocket(connection);
    return 0;
}

int main(int argc, char *argv[])
{
    WSADATA data;
    struct sockaddr_in address;
    SOCKET listener, connection;

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
    for (;;) {
        connection = accept(listener, NULL, NULL);
        if (connection == INVALID_SOCKET)
            fail("accept");
        CloseHandle((HANDLE)_beginthreadex(NULL, 0, serve, (void *)connection, 0, NULL));
    }
}
