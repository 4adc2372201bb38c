/* Does one of the things that Wine answers otherwise than Windows, and prints what it is answered: an error or a count.
 *
 *   windows_deviates HOW IP PORT
 */
#include <winsock2.h>
#include <ws2tcpip.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct sockaddr_in there;
static char data[64];

/* Prints a result of 0 or more as it is, and a failure by its number. */
static int answer(int result)
{
    printf("%d\n", result == SOCKET_ERROR ? WSAGetLastError() : result);
    fflush(stdout);
    return result;
}

static SOCKET made(void)
{
    return socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);
}

static SOCKET connected(void)
{
    SOCKET one = made();

    if (connect(one, (struct sockaddr *)&there, sizeof there) == SOCKET_ERROR)
        exit(2);
    return one;
}

static SOCKET listening(void)
{
    SOCKET one = made();

    if (bind(one, (struct sockaddr *)&there, sizeof there) == SOCKET_ERROR || listen(one, 5) == SOCKET_ERROR)
        exit(2);
    return one;
}

static void at_once(SOCKET one)
{
    u_long on = 1;

    ioctlsocket(one, FIONBIO, &on);
}

static void share(int on)
{
    SOCKET one = made();

    setsockopt(one, SOL_SOCKET, SO_REUSEADDR, (char *)&on, sizeof on);
    answer(bind(one, (struct sockaddr *)&there, sizeof there));
}

static void receive_to_the_end(SOCKET one)
{
    while (answer(recv(one, data, 4, 0)) > 0)
        ;
}

/* Two clients, one after the other. */
static void serve(void)
{
    SOCKET listener = listening();

    for (int client = 0; client < 2; client++) {
        SOCKET one = accept(listener, NULL, NULL);
        printf("%s\n", one == INVALID_SOCKET ? "no client" : "a client");
        receive_to_the_end(one);
        closesocket(one);
    }
}

/* Sends until that fails, so that a peer that has left answers with a reset. */
static void send_on(SOCKET one)
{
    for (int times = 0; times < 3 && answer(send(one, "x", 1, 0)) == 1; times++)
        recv(one, data, sizeof data, 0);
}

static void half_an_address(void)
{
    answer(connect(made(), (struct sockaddr *)&there, 8));
}

static void to_nowhere(u_long host, u_short port)
{
    there.sin_addr.s_addr = htonl(host);
    there.sin_port = htons(port);
    answer(connect(made(), (struct sockaddr *)&there, sizeof there));
}

static void on_a_listener(int sends, int waits)
{
    SOCKET one = listening();

    if (!waits)
        at_once(one);
    answer(sends ? send(one, "x", 1, 0) : recv(one, data, sizeof data, 0));
}

static void do_it(const char *how)
{
    if (!strcmp(how, "shares"))
        share(1);
    else if (!strcmp(how, "keeps"))
        share(0);
    else if (!strcmp(how, "serves"))
        serve();
    else if (!strcmp(how, "receives"))
        receive_to_the_end(connected());
    else if (!strcmp(how, "sends on"))
        send_on(connected());
    else if (!strcmp(how, "receives all"))
        while (answer(recv(connected(), data, 12, MSG_WAITALL)) == 0)
            ;
    else if (!strcmp(how, "receives on a listener"))
        on_a_listener(0, 1);
    else if (!strcmp(how, "sends on a listener"))
        on_a_listener(1, 1);
    else if (!strcmp(how, "looks on a listener"))
        on_a_listener(0, 0);
    else if (!strcmp(how, "sends at once on a listener"))
        on_a_listener(1, 0);
    else if (!strcmp(how, "sends without a connection"))
        answer(send(made(), "x", 1, 0));
    else if (!strcmp(how, "receives without a connection"))
        answer(recv(made(), data, sizeof data, 0));
    else if (!strcmp(how, "connects to port 0"))
        to_nowhere(INADDR_LOOPBACK, 0);
    else if (!strcmp(how, "connects to no host"))
        to_nowhere(INADDR_ANY, ntohs(there.sin_port));
    else if (!strcmp(how, "connects with half an address"))
        half_an_address();
}

int main(int argc, char *argv[])
{
    WSADATA info;

    if (argc != 4 || WSAStartup(MAKEWORD(2, 2), &info) != 0)
        return 1;
    there.sin_family = AF_INET;
    there.sin_addr.s_addr = inet_addr(argv[2]);
    there.sin_port = htons((u_short)atoi(argv[3]));
    do_it(argv[1]);
    WSACleanup();
    return 0;
}
