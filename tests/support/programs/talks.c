/* Talks to its peer as its arguments say: `talks client IP PORT` or `talks server PORT`, then one word for each deed.
 *   wTEXT  writes the text              WN  writes N bytes              r  reads once, and shows what came
 *   R      reads to the end, and counts  e  ends its side                p  shows what is there to be read
 *   nN     N times (0: for ever) writes a byte and reads one
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void show(ssize_t count, const char *data)
{
    if (count == -1)
        printf("[%s]", strerrorname_np(errno));
    else
        printf("[%.*s]", (int)count, data);
}

static void write_many(int line, long left)
{
    static char block[65536];
    ssize_t count = 0;

    memset(block, 'x', sizeof block);
    for (; left > 0 && count >= 0; left -= count)
        count = write(line, block, left < (long)sizeof block ? (size_t)left : sizeof block);
    if (count == -1)
        show(count, "");
}

static void count_all(int line)
{
    static char block[65536];
    ssize_t count;
    long all = 0;

    while ((count = read(line, block, sizeof block)) > 0)
        all += count;
    printf("[%ld]", all);
}

static void look(int line)
{
    struct pollfd one = {line, POLLIN | POLLRDHUP, 0};

    poll(&one, 1, -1);
    printf("[%s%s]", one.revents & POLLIN ? "data" : "", one.revents & POLLRDHUP ? " end" : "");
}

static void ask(int line, long times)
{
    char byte = 'a';

    for (long i = 0; times == 0 || i < times; i++)
        if (write(line, &byte, 1) != 1 || read(line, &byte, 1) != 1)
            return;
}

static void act(int line, const char *word)
{
    char buffer[1000];

    if (*word == 'w' && write(line, word + 1, strlen(word + 1)) == -1)
        show(-1, "");
    if (*word == 'W')
        write_many(line, atol(word + 1));
    if (*word == 'r')
        show(read(line, buffer, sizeof buffer), buffer);
    if (*word == 'R')
        count_all(line);
    if (*word == 'e')
        shutdown(line, SHUT_WR);
    if (*word == 'p')
        look(line);
    if (*word == 'n')
        ask(line, atol(word + 1));
}

int main(int argc, char **argv)
{
    int serves = strcmp(argv[1], "server") == 0, first = serves ? 3 : 4, on = 1;
    int line = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in address;

    signal(SIGPIPE, SIG_IGN);
    memset(&address, 0, sizeof address);
    address.sin_family = AF_INET;
    address.sin_port = htons(atoi(argv[first - 1]));
    if (serves) {
        setsockopt(line, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
        if (bind(line, (struct sockaddr *)&address, sizeof address) == -1 || listen(line, 5) == -1)
            return 1;
        line = accept(line, NULL, NULL);
    } else {
        address.sin_addr.s_addr = inet_addr(argv[2]);
        if (connect(line, (struct sockaddr *)&address, sizeof address) == -1)
            return 1;
    }
    for (int i = first; i < argc; i++)
        act(line, argv[i]);
    return 0;
}
