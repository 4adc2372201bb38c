/* Finds the address with getaddrinfo, and says in words what went wrong.
 * exercise: hello_client_win
 */
#include <winsock2.h>
#include <ws2tcpip.h>
#include <stdio.h>
#include <stdlib.h>

static void fail(const char *call)
{
    char words[256] = "";

    FormatMessageA(FORMAT_MESSAGE_FROM_SYSTEM, NULL, WSAGetLastError(), 0, words, sizeof words, NULL);
    fprintf(stderr, "%s: %s\n", call, words);
    WSACleanup();
    exit(1);
}

int main(int argc, char *argv[])
{
    WSADATA data;
    struct addrinfo wanted = {0}, *found, *one;
    SOCKET connection = INVALID_SOCKET;
    char piece[100];
    int count;

    if (argc != 3) {
        fprintf(stderr, "usage: %s <ip> <port>\n", argv[0]);
        return 2;
    }
    if (WSAStartup(MAKEWORD(2, 2), &data)) {
        fprintf(stderr, "no Winsock 2.2\n");
        return 1;
    }
    wanted.ai_family = AF_UNSPEC;
    wanted.ai_socktype = SOCK_STREAM;
    if (getaddrinfo(argv[1], argv[2], &wanted, &found) != 0)
        fail("getaddrinfo");
    for (one = found; one != NULL; one = one->ai_next) {
        connection = socket(one->ai_family, one->ai_socktype, one->ai_protocol);
        if (connection == INVALID_SOCKET)
            fail("socket");
        if (connect(connection, one->ai_addr, (int)one->ai_addrlen) != SOCKET_ERROR)
            break;
        if (one->ai_next == NULL)
            fail("connect");
        closesocket(connection);
    }
    freeaddrinfo(found);
    while ((count = recv(connection, piece, sizeof piece, 0)) > 0)
        printf("%.*s", count, piece);
    if (count == SOCKET_ERROR)
        fail("recv");
    printf("\n");
    closesocket(connection);
    WSACleanup();
    return 0;
}
