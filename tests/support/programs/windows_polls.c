/* Greets each client, on a listener that does not block: looks again and again, with a pause between or without. */
#include <winsock2.h>
#include <stdlib.h>
#include <string.h>

static void pause_as(const char *how)
{
    if (!strcmp(how, "polls"))
        Sleep(10);
    else if (!strcmp(how, "dozes"))
        SleepEx(10, TRUE);
    else if (!strcmp(how, "waits"))
        WaitForSingleObject(CreateEventW(NULL, TRUE, FALSE, NULL), 10);
}

/* For half a minute: longer than a run may last, when that is waited for again and again. */
static void select_as(const char *how, SOCKET listener)
{
    struct timeval time_out = {30, 0};
    fd_set ready;

    if (strcmp(how, "selects") != 0)
        return;
    FD_ZERO(&ready);
    FD_SET(listener, &ready);
    select(0, &ready, NULL, NULL, &time_out);
}

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
        if (argc > 2)
            select_as(argv[2], listener);
        SOCKET connection = accept(listener, NULL, NULL);
        if (connection != INVALID_SOCKET) {
            send(connection, "Hello World!", 13, 0);
            closesocket(connection);
        } else if (argc > 2) {
            pause_as(argv[2]);
        }
    }
}
