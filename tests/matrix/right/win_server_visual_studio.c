/* As Visual Studio lays it out: _tmain, headers in its spellings, CP949 and CRLF.
 * exercise: hello_server_win
 */
#include "stdafx.h"
#include <stdlib.h>
#include <string.h>
#include <Windows.h>
#include <WinSock2.h>
#include <Process.h>
#include <conio.h>

#pragma comment(lib, "ws2_32.lib")

void ErrorHandling(char *message);

/* 서버: 클라이언트 하나에게 인사하고 끝낸다 */
int _tmain(int argc, char *argv[])
{
    WSADATA wsaData;
    SOCKET hServSock, hClntSock;
    SOCKADDR_IN servAddr, clntAddr;
    int szClntAddr;
    char message[] = "Hello World!";

    if (argc != 2) {
        printf("Usage : %s <port>\n", argv[0]);
        exit(1);
    }
    if (WSAStartup(MAKEWORD(2, 2), &wsaData) != 0)
        ErrorHandling("WSAStartup() 오류!");
    hServSock = socket(PF_INET, SOCK_STREAM, 0);
    if (hServSock == INVALID_SOCKET)
        ErrorHandling("socket() 오류!");
    memset(&servAddr, 0, sizeof(servAddr));
    servAddr.sin_family = AF_INET;
    servAddr.sin_addr.s_addr = htonl(INADDR_ANY);
    servAddr.sin_port = htons(atoi(argv[1]));
    if (bind(hServSock, (SOCKADDR *)&servAddr, sizeof(servAddr)) == SOCKET_ERROR)
        ErrorHandling("bind() 오류!");
    if (listen(hServSock, 5) == SOCKET_ERROR)
        ErrorHandling("listen() 오류!");
    szClntAddr = sizeof(clntAddr);
    hClntSock = accept(hServSock, (SOCKADDR *)&clntAddr, &szClntAddr);
    if (hClntSock == INVALID_SOCKET)
        ErrorHandling("accept() 오류!");
    if (send(hClntSock, message, sizeof(message), 0) == SOCKET_ERROR)
        ErrorHandling("send() 오류!");
    closesocket(hClntSock);
    closesocket(hServSock);
    WSACleanup();
    return 0;
}

void ErrorHandling(char *message)
{
    fputs(message, stderr);
    fputc('\n', stderr);
    exit(1);
}
