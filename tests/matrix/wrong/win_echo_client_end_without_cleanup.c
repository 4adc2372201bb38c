/* Leaves WSACleanup out where its input ends without a Q.
 * exercise: echo_client_win
 * breaks: winsock.cleanup-balanced
 */
#include <winsock2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BUF_SIZE 1024

static void error_handling(const char *message)
{
    fprintf(stderr, "%s: %d\n", message, WSAGetLastError());
    exit(1);
}

int main(int argc, char *argv[])
{
    WSADATA data;
    SOCKET server;
    SOCKADDR_IN address;
    char message[BUF_SIZE];
    int length, received, count;

    if (argc != 3) {
        printf("Usage : %s <IP> <port>\n", argv[0]);
        exit(1);
    }
    if (WSAStartup(MAKEWORD(2, 2), &data) != 0) {
        fputs("WSAStartup() error\n", stderr);
        exit(1);
    }
    server = socket(PF_INET, SOCK_STREAM, 0);
    if (server == INVALID_SOCKET)
        error_handling("socket() error");
    memset(&address, 0, sizeof(address));
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = inet_addr(argv[1]);
    address.sin_port = htons(atoi(argv[2]));
    if (connect(server, (SOCKADDR *)&address, sizeof(address)) == SOCKET_ERROR)
        error_handling("connect() error");
    for (;;) {
        fputs("Input message(Q to quit): ", stdout);
        if (fgets(message, BUF_SIZE, stdin) == NULL) {
            closesocket(server);
            return 0;
        }
        if (!strcmp(message, "q\n") || !strcmp(message, "Q\n"))
            break;
        length = (int)strlen(message);
        if (send(server, message, length, 0) == SOCKET_ERROR)
            error_handling("send() error");
        received = 0;
        while (received < length) {
            count = recv(server, message + received, BUF_SIZE - 1 - received, 0);
            if (count == SOCKET_ERROR)
                error_handling("recv() error");
            if (count == 0) {
                fputs("the server has left\n", stderr);
                exit(1);
            }
            received += count;
        }
        message[received] = 0;
        printf("Message from server: %s", message);
    }
    closesocket(server);
    WSACleanup();
    return 0;
}
