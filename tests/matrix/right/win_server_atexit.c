/* Greets in a thread that it waits for, and leaves WSACleanup to atexit.
 * exercise: hello_server_win
 */

#include <winsock2.h>
#include <windows.h>
#include <stdio.h>
#include <stdlib.h>

static DWORD WINAPI greet(LPVOID argument)
{
    SOCKET client = *(SOCKET *)argument;
    static const char text[] = "Hello World!";
    char rest[64];
    DWORD status = 0;

    free(argument);
    if (send(client, text, (int)strlen(text), 0) == SOCKET_ERROR) {
        printf("send failed: %d\n", WSAGetLastError());
        status = 1;
    } else if (shutdown(client, SD_SEND) == SOCKET_ERROR) {
        printf("shutdown failed: %d\n", WSAGetLastError());
        status = 1;
    } else {
        int n;
        while ((n = recv(client, rest, sizeof rest, 0)) > 0)
            ;
        if (n == SOCKET_ERROR) {
            printf("recv failed: %d\n", WSAGetLastError());
            status = 1;
        }
    }
    if (closesocket(client) == SOCKET_ERROR)
        status = 1;
    return status;
}

int main(int argc, char **argv)
{
    WSADATA data;
    SOCKET listener, *client;
    struct sockaddr_in me = {0};
    HANDLE thread;
    DWORD status = 1;
    int error;

    if (argc != 2)
        return fprintf(stderr, "usage: %s port\n", argv[0]), 2;
    if ((error = WSAStartup(0x0202, &data)) != 0)
        return fprintf(stderr, "WSAStartup: %d\n", error), 1;
    atexit((void (*)(void))WSACleanup);
    if ((listener = socket(AF_INET, SOCK_STREAM, IPPROTO_TCP)) == INVALID_SOCKET)
        return fprintf(stderr, "socket: %d\n", WSAGetLastError()), 1;
    me.sin_family = AF_INET;
    me.sin_port = htons((u_short)strtoul(argv[1], NULL, 10));
    if (bind(listener, (struct sockaddr *)&me, sizeof me) || listen(listener, 1)) {
        fprintf(stderr, "bind or listen: %d\n", WSAGetLastError());
        closesocket(listener);
        return 1;
    }
    client = malloc(sizeof *client);
    *client = accept(listener, NULL, NULL);
    if (*client == INVALID_SOCKET) {
        fprintf(stderr, "accept: %d\n", WSAGetLastError());
        closesocket(listener);
        return 1;
    }
    thread = CreateThread(NULL, 0, greet, client, 0, NULL);
    WaitForSingleObject(thread, INFINITE);
    GetExitCodeThread(thread, &status);
    CloseHandle(thread);
    closesocket(listener);
    return (int)status;
}
