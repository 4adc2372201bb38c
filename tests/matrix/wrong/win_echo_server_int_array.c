/* Keeps its clients in an array of int.
 * exercise: echo_server_win
 * breaks: winsock.handle-width
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <winsock2.h>
#include <ws2tcpip.h>

#define BUFSIZE 1024

static void err_quit(const char *msg)
{
    fprintf(stderr, "[%s] error %d\n", msg, WSAGetLastError());
    exit(1);
}

int main(int argc, char *argv[])
{
    WSADATA wsa;
    SOCKET listen_sock;
    int clients[100], count = 0;
    struct sockaddr_in serveraddr, clientaddr;
    int addrlen, retval;
    char buf[BUFSIZE + 1];

    if (argc != 2) {
        fprintf(stderr, "usage: %s <port>\n", argv[0]);
        return 1;
    }
    if (WSAStartup(MAKEWORD(2, 2), &wsa) != 0) {
        fprintf(stderr, "WSAStartup failed\n");
        return 1;
    }
    listen_sock = socket(AF_INET, SOCK_STREAM, 0);
    if (listen_sock == INVALID_SOCKET) err_quit("socket()");
    memset(&serveraddr, 0, sizeof(serveraddr));
    serveraddr.sin_family = AF_INET;
    serveraddr.sin_addr.s_addr = htonl(INADDR_ANY);
    serveraddr.sin_port = htons((u_short)atoi(argv[1]));
    retval = bind(listen_sock, (struct sockaddr *)&serveraddr, sizeof(serveraddr));
    if (retval == SOCKET_ERROR) err_quit("bind()");
    retval = listen(listen_sock, SOMAXCONN);
    if (retval == SOCKET_ERROR) err_quit("listen()");
    while (1) {
        addrlen = sizeof(clientaddr);
        clients[count] = accept(listen_sock, (struct sockaddr *)&clientaddr, &addrlen);
        if (clients[count] == (int)INVALID_SOCKET) err_quit("accept()");
        printf("[TCP] client %s:%d\n", inet_ntoa(clientaddr.sin_addr), ntohs(clientaddr.sin_port));
        while (1) {
            retval = recv(clients[count], buf, BUFSIZE, 0);
            if (retval == SOCKET_ERROR) {
                fprintf(stderr, "recv() error %d\n", WSAGetLastError());
                break;
            }
            if (retval == 0)
                break;
            retval = send(clients[count], buf, retval, 0);
            if (retval == SOCKET_ERROR) {
                fprintf(stderr, "send() error %d\n", WSAGetLastError());
                break;
            }
        }
        closesocket(clients[count]);
        count = (count + 1) % 100;
    }
    closesocket(listen_sock);
    WSACleanup();
    return 0;
}
