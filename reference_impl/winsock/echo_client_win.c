/* Sends each line of standard input to an echo server and prints what comes back, on Windows.
 *
 * TCP carries a stream of bytes: the answer to one line may come in several parts. The client knows how long the answer
 * is, as long as the line, and receives until it has all of it.
 */
#include <winsock2.h>
#include <ws2tcpip.h>
#include <stdbool.h>
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

/* Returns how many bytes came. Here the end of the connection is a failure too: it comes while an answer is owed. */
static int receive_some(SOCKET connection, char *buffer, int size)
{
    int count = recv(connection, buffer, size, 0);

    if (count == SOCKET_ERROR)
        fail("recv");
    if (count == 0) {
        fprintf(stderr, "the server ended the connection in the middle of its answer\n");
        exit(1);
    }
    return count;
}

/* No more is asked for than is owed, so that the answer to the next piece is left for the next piece. */
static void print_answer(SOCKET connection, int owed)
{
    char buffer[BUFFER_SIZE];

    while (owed > 0) {
        int count = receive_some(connection, buffer, owed < BUFFER_SIZE ? owed : BUFFER_SIZE);
        fwrite(buffer, 1, (size_t)count, stdout);
        owed -= count;
    }
    /* A person waits for the answer before typing on. */
    fflush(stdout);
}

/* The last line may have no newline. */
static bool says_quit(const char *line)
{
    return strcspn(line, "\n") == 1 && (line[0] == 'Q' || line[0] == 'q');
}

/* A line that is longer than the buffer comes in pieces: only a piece that begins a line may be a line Q. */
static void converse(SOCKET connection)
{
    char piece[BUFFER_SIZE];
    bool begins = true;

    while (fgets(piece, sizeof piece, stdin) != NULL && !(begins && says_quit(piece))) {
        int length = (int)strlen(piece);
        send_all(connection, piece, length);
        print_answer(connection, length);
        begins = strchr(piece, '\n') != NULL;
    }
    if (ferror(stdin)) {
        perror("standard input");
        exit(1);
    }
}

int main(int argc, char *argv[])
{
    WSADATA data;
    struct in_addr ip;

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
    converse(connection);
    if (closesocket(connection) == SOCKET_ERROR)
        fail("closesocket");
    WSACleanup();
    return 0;
}
