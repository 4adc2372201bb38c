/* Asks a socket that does not wait, again and again, and does nothing in between.
 * exercise: hello_client_win
 * breaks: robust.no-busy-wait
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

static SOCKET connect_to(const char *ip, const char *port)
{
    struct sockaddr_in address;
    SOCKET connection = socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);

    if (connection == INVALID_SOCKET)
        fail("socket");
    memset(&address, 0, sizeof address);
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = inet_addr(ip);
    address.sin_port = htons((u_short)atoi(port));
    if (connect(connection, (struct sockaddr *)&address, sizeof address) == SOCKET_ERROR)
        fail("connect");
    return connection;
}

/* 0 where nothing is there yet; -1 at the end. */
static int look(SOCKET connection, char *buffer, int size)
{
    int count = recv(connection, buffer, size, 0);

    if (count == SOCKET_ERROR && WSAGetLastError() == WSAEWOULDBLOCK)
        return 0;
    if (count == SOCKET_ERROR)
        fail("recv");
    return count == 0 ? -1 : count;
}

int main(int argc, char *argv[])
{
    char buffer[512];
    u_long on = 1;
    int count;

    if (argc != 3) {
        fprintf(stderr, "usage: %s <ip> <port>\n", argv[0]);
        return 1;
    }
    start();
    SOCKET connection = connect_to(argv[1], argv[2]);
    if (ioctlsocket(connection, FIONBIO, &on) == SOCKET_ERROR)
        fail("ioctlsocket");
    while ((count = look(connection, buffer, sizeof buffer)) >= 0)
        fwrite(buffer, 1, (size_t)count, stdout);
    printf("\n");
    closesocket(connection);
    WSACleanup();
    return 0;
}
