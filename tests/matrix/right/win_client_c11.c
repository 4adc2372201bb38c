/* Tells how long it took with timespec_get, and uses functions that end in _s.
 * exercise: hello_client_win
 */
#include <time.h>
#include <winsock2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#pragma comment(lib, "ws2_32.lib")
#pragma warning(disable : 4996)

static void fail(const char *call)
{
    char reason[100];

    sprintf_s(reason, _countof(reason), "%s: error %d", call, WSAGetLastError());
    fprintf_s(stderr, "%s\n", reason);
    WSACleanup();
    exit(1);
}

int main(int argc, char *argv[])
{
    struct timespec begun, ended;
    struct sockaddr_in address;
    WSADATA data;
    char message[100] = "", *home = NULL;
    size_t length = 0, size;
    int count;

    timespec_get(&begun, TIME_UTC);
    if (argc != 3) {
        fprintf_s(stderr, "usage: %s <ip> <port>\n", argv[0]);
        return 1;
    }
    if (WSAStartup(MAKEWORD(2, 2), &data) != 0) {
        puts("WSAStartup failed");
        return 1;
    }
    SOCKET connection = socket(AF_INET, SOCK_STREAM, 0);
    if (connection == INVALID_SOCKET)
        fail("socket");
    memset(&address, 0, sizeof address);
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = inet_addr(argv[1]);
    address.sin_port = htons((u_short)atoi(argv[2]));
    if (connect(connection, (SOCKADDR *)&address, sizeof address) == SOCKET_ERROR)
        fail("connect");
    while (length < sizeof message - 1) {
        count = recv(connection, message + length, (int)(sizeof message - 1 - length), 0);
        if (count == SOCKET_ERROR)
            fail("recv");
        if (count == 0)
            break;
        length += count;
    }
    if (_dupenv_s(&home, &size, "NO_SUCH_NAME") == 0 && home == NULL)
        printf_s("%s (%zu)\n", message, length);
    timespec_get(&ended, TIME_UTC);
    if (ended.tv_sec < begun.tv_sec)
        puts("the clock was set back");
    closesocket(connection);
    WSACleanup();
    return 0;
}
