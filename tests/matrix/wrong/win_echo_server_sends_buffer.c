/* Sends back its whole buffer, whatever came.
 * exercise: echo_server_win
 * breaks: transfer.echo-exact
 * may: transfer.binary-safe (more comes back than was sent),
 *      transfer.only-received-bytes (the rest of the buffer was not received),
 *      winsock.any-split (more comes back for each piece),
 *      lifecycle.server-serves-next-client (the buffer still holds what earlier clients sent)
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
    for (;;) {
        client = accept(listener, NULL, NULL);
        if (client == INVALID_SOCKET)
            error_handling("accept() error");
        while ((length = recv(client, message, BUF_SIZE, 0)) > 0)
            if (send(client, message, BUF_SIZE, 0) == SOCKET_ERROR)
                break;
        closesocket(client);
    }
}
