/* AcceptEx and a completion port, through which one thread serves everybody.
 * exercise: echo_server_win
 */
#include <winsock2.h>
#include <ws2tcpip.h>
#include <mswsock.h>
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

enum { ROOM = 4096, ADDRESS = sizeof(struct sockaddr_in) + 16 };
enum step { ACCEPTS, RECEIVES, SENDS };

/* One operation under way, and the client that it is about. */
struct client {
    OVERLAPPED overlapped;
    SOCKET connection;
    enum step step;
    char data[ROOM];
    DWORD held, done;
};

static HANDLE port;
static SOCKET listener;

static void forget(struct client *one)
{
    closesocket(one->connection);
    free(one);
}

static int under_way(int result)
{
    return result != SOCKET_ERROR || WSAGetLastError() == WSA_IO_PENDING;
}

static int receive(struct client *one)
{
    WSABUF buffer = {ROOM, one->data};
    DWORD flags = 0, count;

    memset(&one->overlapped, 0, sizeof one->overlapped);
    one->step = RECEIVES;
    return under_way(WSARecv(one->connection, &buffer, 1, &count, &flags, &one->overlapped, NULL));
}

static int send_rest(struct client *one)
{
    WSABUF buffer = {one->held - one->done, one->data + one->done};
    DWORD count;

    memset(&one->overlapped, 0, sizeof one->overlapped);
    one->step = SENDS;
    return under_way(WSASend(one->connection, &buffer, 1, &count, 0, &one->overlapped, NULL));
}

static void accept_next(void)
{
    struct client *one = calloc(1, sizeof *one);
    DWORD count;

    if (one == NULL)
        exit(1);
    one->connection = socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);
    if (one->connection == INVALID_SOCKET)
        fail("socket");
    if (!AcceptEx(listener, one->connection, one->data, 0, ADDRESS, ADDRESS, &count, &one->overlapped) &&
        WSAGetLastError() != WSA_IO_PENDING)
        fail("AcceptEx");
}

static int accepted(struct client *one)
{
    accept_next();
    if (setsockopt(one->connection, SOL_SOCKET, SO_UPDATE_ACCEPT_CONTEXT, (char *)&listener, sizeof listener) ==
        SOCKET_ERROR)
        return 0;
    return CreateIoCompletionPort((HANDLE)one->connection, port, 0, 0) != NULL && receive(one);
}

/* Whether the client stays. */
static int go_on(struct client *one, DWORD count)
{
    if (one->step == ACCEPTS)
        return accepted(one);
    if (count == 0)
        return 0;
    if (one->step == RECEIVES) {
        one->held = count;
        one->done = 0;
        return send_rest(one);
    }
    one->done += count;
    return one->done < one->held ? send_rest(one) : receive(one);
}

int main(int argc, char *argv[])
{
    if (argc != 2) {
        fprintf(stderr, "usage: %s <port>\n", argv[0]);
        return 1;
    }
    start();
    listener = open_listener(argv[1]);
    port = CreateIoCompletionPort((HANDLE)listener, NULL, 0, 0);
    if (port == NULL)
        fail("CreateIoCompletionPort");
    accept_next();
    for (;;) {
        OVERLAPPED *which = NULL;
        ULONG_PTR key;
        DWORD count = 0;
        BOOL good = GetQueuedCompletionStatus(port, &count, &key, &which, INFINITE);
        if (which == NULL)
            fail("GetQueuedCompletionStatus");
        struct client *one = CONTAINING_RECORD(which, struct client, overlapped);
        if (!good)
            fprintf(stderr, "error %lu\n", GetLastError());
        if (!good || !go_on(one, count))
            forget(one);
    }
}
