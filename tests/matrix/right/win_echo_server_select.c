/* Serves all its clients from one select.
 * exercise: echo_server_win
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
    SOCKET listener, client;
    SOCKADDR_IN address;
    char message[BUF_SIZE];
    int length;
    fd_set all, ready;

    if (argc != 2) {
        printf("Usage : %s <port>\n", argv[0]);
        exit(1);
    }
    if (WSAStartup(MAKEWORD(2, 2), &data) != 0) {
        fputs("WSAStartup() error\n", stderr);
        exit(1);
    }
    listener = socket(PF_INET, SOCK_STREAM, 0);
    if (listener == INVALID_SOCKET)
        error_handling("socket() error");
    memset(&address, 0, sizeof(address));
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_ANY);
    address.sin_port = htons(atoi(argv[1]));
    if (bind(listener, (SOCKADDR *)&address, sizeof(address)) == SOCKET_ERROR)
        error_handling("bind() error");
    if (listen(listener, 5) == SOCKET_ERROR)
        error_handling("listen() error");
    FD_ZERO(&all);
    FD_SET(listener, &all);
    for (;;) {
        ready = all;
        if (select(0, &ready, NULL, NULL, NULL) == SOCKET_ERROR)
            error_handling("select() error");
        for (u_int place = 0; place < ready.fd_count; place++) {
            client = ready.fd_array[place];
            if (client == listener) {
                client = accept(listener, NULL, NULL);
                if (client == INVALID_SOCKET)
                    error_handling("accept() error");
                FD_SET(client, &all);
                continue;
            }
            length = recv(client, message, BUF_SIZE, 0);
            if (length > 0 && send(client, message, length, 0) != SOCKET_ERROR)
                continue;
            FD_CLR(client, &all);
            closesocket(client);
        }
    }
}
