/* Sends back what each client sends, client after client, on Windows.
 *
 * A server that stays up tells two kinds of failure apart. What fails before the first client, or on the listener, is
 * its own trouble. What fails on a connection is that client's, and the next client is served as if nothing had been.
 */
#include <winsock2.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BACKLOG = 5, BUFFER_SIZE = 1024 };

/* Says which call failed and why. */
static void complain(const char *call)
{
    fprintf(stderr, "%s: error %d\n", call, WSAGetLastError());
}

/* The same, and ends the program with a status that a shell takes for a failure. */
static void fail(const char *call)
{
    complain(call);
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

/* A client that gave up before its turn is no reason to stop waiting: Windows tells of it in accept. */
static SOCKET accept_client(SOCKET listener)
{
    for (;;) {
        SOCKET connection = accept(listener, NULL, NULL);
        if (connection != INVALID_SOCKET)
            return connection;
        if (WSAGetLastError() != WSAECONNRESET)
            fail("accept");
    }
}

/* send may take only a part of the data: the rest is offered again until nothing is left. */
static bool send_all(SOCKET connection, const char *data, int length)
{
    while (length > 0) {
        int sent = send(connection, data, length, 0);
        if (sent == SOCKET_ERROR) {
            complain("send");
            return false;
        }
        data += sent;
        length -= sent;
    }
    return true;
}

/* What was received goes out before more is received: when the client ends its side, nothing is owed to it any more. */
static void echo(SOCKET connection)
{
    char buffer[BUFFER_SIZE];
    int count;

    while ((count = recv(connection, buffer, sizeof buffer, 0)) > 0)
        if (!send_all(connection, buffer, count))
            return;
    if (count == SOCKET_ERROR)
        complain("recv");
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
    for (;;) {
        SOCKET connection = accept_client(listener);
        echo(connection);

        /* Whatever the end was: a connection that is not closed here would stay open as long as the server runs. */
        if (closesocket(connection) == SOCKET_ERROR)
            complain("closesocket");
    }
}
