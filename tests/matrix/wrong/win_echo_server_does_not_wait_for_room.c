/* Drops what does not fit into the socket at once.
 * exercise: echo_server_win
 * breaks: transfer.large
 */
#include <winsock2.h>
#include <ws2tcpip.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void fail(const char *call)
{
    fprintf(stderr, "%s: error %d\n", call, WSAGetLastError());
    WSACleanup();
    exit(1);
}

static void start(void)
{
    WSADATA data;
    int problem = WSAStartup(MAKEWORD(2, 2), &data);

    if (problem != 0) {
        fprintf(stderr, "WSAStartup: error %d\n", problem);
        exit(1);
    }
}

static SOCKET open_listener(const char *port)
{
    struct sockaddr_in address;
    SOCKET listener = socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);

    if (listener == INVALID_SOCKET)
        fail("socket");
    memset(&address, 0, sizeof address);
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_ANY);
    address.sin_port = htons((u_short)atoi(port));
    if (bind(listener, (struct sockaddr *)&address, sizeof address) == SOCKET_ERROR)
        fail("bind");
    if (listen(listener, SOMAXCONN) == SOCKET_ERROR)
        fail("listen");
    return listener;
}

enum { ROOM = 4096 };

/* One client: what was received and is still to be sent. */
struct client {
    SOCKET connection;
    char data[ROOM];
    int held, done;
};

static struct client *clients[WSA_MAXIMUM_WAIT_EVENTS];
static WSAEVENT events[WSA_MAXIMUM_WAIT_EVENTS];
static DWORD count = 1;

static void welcome(SOCKET listener)
{
    SOCKET connection = accept(listener, NULL, NULL);

    if (connection == INVALID_SOCKET && WSAGetLastError() == WSAEWOULDBLOCK)
        return;
    if (connection == INVALID_SOCKET)
        fail("accept");
    struct client *one = calloc(1, sizeof *one);
    one->connection = connection;
    clients[count] = one;
    events[count] = WSACreateEvent();
    if (WSAEventSelect(connection, events[count], FD_READ | FD_WRITE | FD_CLOSE) == SOCKET_ERROR)
        fail("WSAEventSelect");
    count++;
}

/* Sends what is held; what finds no room at once is lost. */
static int flush(struct client *one)
{
    int sent = send(one->connection, one->data, one->held, 0);

    one->held = 0;
    if (sent == SOCKET_ERROR && WSAGetLastError() != WSAEWOULDBLOCK) {
        fprintf(stderr, "send: error %d\n", WSAGetLastError());
        return -1;
    }
    return 0;
}

/* Sends and receives as long as either gets on; -1 at the end of the conversation. */
static int serve(struct client *one)
{
    for (;;) {
        if (one->held > 0 && flush(one) == -1)
            return -1;
        if (one->held > 0)
            return 0;
        one->held = recv(one->connection, one->data, ROOM, 0);
        if (one->held == 0)
            return -1;
        if (one->held == SOCKET_ERROR) {
            one->held = 0;
            if (WSAGetLastError() == WSAEWOULDBLOCK)
                return 0;
            fprintf(stderr, "recv: error %d\n", WSAGetLastError());
            return -1;
        }
    }
}

static void forget(DWORD place)
{
    closesocket(clients[place]->connection);
    WSACloseEvent(events[place]);
    free(clients[place]);
    count--;
    clients[place] = clients[count];
    events[place] = events[count];
}

int main(int argc, char *argv[])
{
    if (argc != 2) {
        fprintf(stderr, "usage: %s <port>\n", argv[0]);
        return 1;
    }
    start();
    SOCKET listener = open_listener(argv[1]);
    events[0] = WSACreateEvent();
    if (WSAEventSelect(listener, events[0], FD_ACCEPT) == SOCKET_ERROR)
        fail("WSAEventSelect");
    for (;;) {
        WSANETWORKEVENTS what;
        DWORD place = WSAWaitForMultipleEvents(count, events, FALSE, WSA_INFINITE, FALSE);
        if (place == WSA_WAIT_FAILED)
            fail("WSAWaitForMultipleEvents");
        place -= WSA_WAIT_EVENT_0;
        SOCKET which = place == 0 ? listener : clients[place]->connection;
        if (WSAEnumNetworkEvents(which, events[place], &what) == SOCKET_ERROR)
            fail("WSAEnumNetworkEvents");
        if (place == 0)
            welcome(listener);
        else if (serve(clients[place]) == -1)
            forget(place);
    }
}
