/* Does not look at what connect returns.
 * exercise: echo_client_win
 * breaks: winsock.failures-tested
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
    SOCKET sock;
    struct sockaddr_in serveraddr;
    int retval, len, total;
    char buf[BUFSIZE + 1];

    if (argc != 3) {
        fprintf(stderr, "usage: %s <ip> <port>\n", argv[0]);
        return 1;
    }
    if (WSAStartup(MAKEWORD(2, 2), &wsa) != 0) {
        fprintf(stderr, "WSAStartup failed\n");
        return 1;
    }
    sock = socket(AF_INET, SOCK_STREAM, 0);
    if (sock == INVALID_SOCKET) err_quit("socket()");
    memset(&serveraddr, 0, sizeof(serveraddr));
    serveraddr.sin_family = AF_INET;
    serveraddr.sin_addr.s_addr = inet_addr(argv[1]);
    serveraddr.sin_port = htons((u_short)atoi(argv[2]));
    retval = connect(sock, (struct sockaddr *)&serveraddr, sizeof(serveraddr));
    while (1) {
        printf("\n[input] ");
        if (fgets(buf, BUFSIZE + 1, stdin) == NULL)
            break;
        if (strcmp(buf, "q\n") == 0 || strcmp(buf, "Q\n") == 0)
            break;
        len = (int)strlen(buf);
        for (total = 0; total < len; total += retval) {
            retval = send(sock, buf + total, len - total, 0);
            if (retval == SOCKET_ERROR) err_quit("send()");
        }
        for (total = 0; total < len; total += retval) {
            retval = recv(sock, buf + total, len - total, 0);
            if (retval == SOCKET_ERROR) err_quit("recv()");
            if (retval == 0) {
                fprintf(stderr, "the server is gone\n");
                exit(1);
            }
        }
        buf[total] = '\0';
        printf("[TCP] %d bytes: %s", total, buf);
    }
    closesocket(sock);
    WSACleanup();
    return 0;
}
