/* Greets one client with "Hello World!" and ends the connection, on Windows.
 *
 * The calls come in the same order as on Linux, between WSAStartup and WSACleanup. What differs: a socket is a SOCKET and
 * no int, INVALID_SOCKET and SOCKET_ERROR tell of failures, WSAGetLastError tells why, and closesocket closes.
 */
#include <winsock2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BACKLOG = 5 };
static const char greeting[] = "Hello World!";

/* Says which call failed and why, and ends the program with a status that a shell takes for a failure. */
static void fail(const char *call)
{
    fprintf(stderr, "%s: error %d\n", call, WSAGetLastError());
    WSACleanup();
    exit(1);
}

/* Returns 0 for what is not a port: atoi would take "91x0" for 91, and 70000 would become another port. */
static u_short parse_port(const char *text)
{
    char *end;
    long port = strtol(text, &end, 10);

    return *end == '\0' && port > 0 && port <= 65535 ? (u_short)port : 0;
}

static SOCKET open_listener(u_short port)
{
    struct sockaddr_in address;

    SOCKET listener = socket(AF_INET, SOCK_STREAM, 0);
    if (listener == INVALID_SOCKET)
        fail("socket");

    memset(&address, 0, sizeof address);
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_ANY);
    address.sin_port = htons(port);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) == SOCKET_ERROR)
        fail("bind");

    if (listen(listener, BACKLOG) == SOCKET_ERROR)
        fail("listen");
    return listener;
}

/* send may take only a part of the data: the rest is offered again until nothing is left. */
static void send_all(SOCKET connection, const char *data, int length)
{
    while (length > 0) {
        int sent = send(connection, data, length, 0);
        if (sent == SOCKET_ERROR)
            fail("send");
        data += sent;
        length -= sent;
    }
}

int main(int argc, char *argv[])
{
    WSADATA data;

    u_short port = argc == 2 ? parse_port(argv[1]) : 0;
    if (port == 0) {
        fprintf(stderr, "usage: %s <port>\n", argv[0]);
        return 1;
    }

    /* Without a WSAStartup that succeeded there is no Winsock to ask for a reason: the result is the reason. */
    int problem = WSAStartup(MAKEWORD(2, 2), &data);
    if (problem != 0) {
        fprintf(stderr, "WSAStartup: error %d\n", problem);
        return 1;
    }

    SOCKET listener = open_listener(port);
    SOCKET connection = accept(listener, NULL, NULL);
    if (connection == INVALID_SOCKET)
        fail("accept");
    send_all(connection, greeting, (int)strlen(greeting));

    /* The client reads to the end, and this is what ends it. */
    if (closesocket(connection) == SOCKET_ERROR)
        fail("closesocket");
    if (closesocket(listener) == SOCKET_ERROR)
        fail("closesocket");
    WSACleanup();
    return 0;
}
