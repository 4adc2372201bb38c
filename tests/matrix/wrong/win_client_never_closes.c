/* Leaves closing to the end of the program.
 * exercise: hello_client_win
 * breaks: winsock.closesocket
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
    SOCKET connection;
    char message[1024];
    int length = 0, count;

    if (argc != 3) {
        printf("usage: %s <ip> <port>\n", argv[0]);
        return 1;
    }
    if (WSAStartup(MAKEWORD(2, 2), &data) != 0) {
        printf("WSAStartup failed\n");
        return 1;
    }
    connection = socket(AF_INET, SOCK_STREAM, 0);
    if (connection == INVALID_SOCKET)
        fail("socket");
    memset(&address, 0, sizeof address);
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = inet_addr(argv[1]);
    address.sin_port = htons((u_short)atoi(argv[2]));
    if (connect(connection, (struct sockaddr *)&address, sizeof address) == SOCKET_ERROR)
        fail("connect");
    while (length < (int)sizeof message && (count = recv(connection, message + length, sizeof message - length, 0)) != 0) {
        if (count == SOCKET_ERROR)
            fail("recv");
        length += count;
    }
    printf("Message from server: %.*s\n", length, message);
    WSACleanup();
    return 0;
}
