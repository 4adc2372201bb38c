/* Connects to a server, reads its message to the end and prints it, on Windows.
 *
 * TCP carries a stream of bytes here too: one recv may return any part of the message, so the program reads until the
 * server ends the connection. It prints each part as it comes, and so needs no buffer as large as the message.
 */
#include <winsock2.h>
#include <ws2tcpip.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BUFFER_SIZE = 1024 };

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

static SOCKET connect_to(struct in_addr ip, u_short port)
{
    struct sockaddr_in address;

    SOCKET connection = socket(AF_INET, SOCK_STREAM, 0);
    if (connection == INVALID_SOCKET)
        fail("socket");

    /* No bind: connect chooses this end's address and port. */
    memset(&address, 0, sizeof address);
    address.sin_family = AF_INET;
    address.sin_addr = ip;
    address.sin_port = htons(port);
    if (connect(connection, (struct sockaddr *)&address, sizeof address) == SOCKET_ERROR)
        fail("connect");
    return connection;
}

int main(int argc, char *argv[])
{
    WSADATA data;
    struct in_addr ip;
    char buffer[BUFFER_SIZE];
    int count;

    u_short port = argc == 3 ? parse_port(argv[2]) : 0;
    if (port == 0) {
        fprintf(stderr, "usage: %s <ip> <port>\n", argv[0]);
        return 1;
    }
    if (inet_pton(AF_INET, argv[1], &ip) != 1) {
        fprintf(stderr, "%s: %s is not an IPv4 address\n", argv[0], argv[1]);
        return 1;
    }

    /* Without a WSAStartup that succeeded there is no Winsock to ask for a reason: the result is the reason. */
    int problem = WSAStartup(MAKEWORD(2, 2), &data);
    if (problem != 0) {
        fprintf(stderr, "WSAStartup: error %d\n", problem);
        return 1;
    }
    SOCKET connection = connect_to(ip, port);

    /* The bytes are no string: nothing says that a NUL follows them. So they are counted, and fwrite takes the count. */
    while ((count = recv(connection, buffer, sizeof buffer, 0)) > 0)
        fwrite(buffer, 1, (size_t)count, stdout);
    if (count == SOCKET_ERROR)
        fail("recv");

    if (closesocket(connection) == SOCKET_ERROR)
        fail("closesocket");
    WSACleanup();

    /* Standard output is buffered: only now is it known whether all of it could be written. */
    if (putchar('\n') == EOF || fflush(stdout) == EOF) {
        perror("standard output");
        return 1;
    }
    return 0;
}
