/* Greets whoever comes, on a listener that does not block: looks again and again, with a sleep between or without. */
#include <winsock2.h>
#include <stdlib.h>
#include <string.h>

int main(int argc, char *argv[])
{
    WSADATA data;
    struct sockaddr_in address;
    u_long on = 1;

    WSAStartup(MAKEWORD(2, 2), &data);
    SOCKET listener = socket(AF_INET, SOCK_STREAM, 0);
    memset(&address, 0, sizeof address);
    address.sin_family = AF_INET;
    address.sin_port = htons((u_short)atoi(argv[1]));
    bind(listener, (struct sockaddr *)&address, sizeof address);
    listen(listener, 5);
    ioctlsocket(listener, FIONBIO, &on);
    for (;;) {
        SOCKET connection = accept(listener, NULL, NULL);
        if (connection != INVALID_SOCKET) {
            send(connection, "Hello World!", 13, 0);
            closesocket(connection);
        } else if (argc > 2 && !strcmp(argv[2], "polls")) {
            Sleep(10);
        }
    }
}
