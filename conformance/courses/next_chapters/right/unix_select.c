/* One process serves all clients with select; where the path is there it says so and ends.
 * exercise: unix_echo_server
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define MOST 4096

static struct conversation {
    char data[MOST];
    size_t length;
    int ended;
} all[FD_SETSIZE];

static void drop(int one)
{
    close(one);
    memset(&all[one], 0, sizeof all[one]);
}

int main(int argc, char *argv[])
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    fd_set open, readable, writable;

    if (argc != 2 || strlen(argv[1]) >= sizeof address.sun_path) {
        fprintf(stderr, "usage: %s <path>\n", argv[0]);
        return 1;
    }
    strcpy(address.sun_path, argv[1]);
    signal(SIGPIPE, SIG_IGN);
    int listener = socket(AF_UNIX, SOCK_STREAM, 0);
    if (listener == -1 || bind(listener, (struct sockaddr *)&address, sizeof address) == -1 ||
        listen(listener, 5) == -1) {
        perror(argv[1]);
        return 1;
    }
    FD_ZERO(&open);
    FD_SET(listener, &open);
    for (;;) {
        FD_ZERO(&readable);
        FD_ZERO(&writable);
        for (int one = 0; one < FD_SETSIZE; one++) {
            if (!FD_ISSET(one, &open))
                continue;
            if (one == listener || (all[one].length < MOST && !all[one].ended))
                FD_SET(one, &readable);
            if (all[one].length > 0)
                FD_SET(one, &writable);
        }
        if (select(FD_SETSIZE, &readable, &writable, NULL, NULL) == -1) {
            if (errno == EINTR)
                continue;
            perror("select");
            return 1;
        }
        for (int one = 0; one < FD_SETSIZE; one++) {
            struct conversation *it = &all[one];
            if (one == listener && FD_ISSET(one, &readable)) {
                int client = accept(listener, NULL, NULL);
                if (client == -1)
                    continue;
                FD_SET(client, &open);
                FD_CLR(client, &readable);
                FD_CLR(client, &writable);
                continue;
            }
            if (one != listener && FD_ISSET(one, &readable)) {
                ssize_t count = recv(one, it->data + it->length, MOST - it->length, 0);
                if (count > 0)
                    it->length += (size_t)count;
                else if (count == 0)
                    it->ended = 1;
                else if (errno != EINTR) {
                    FD_CLR(one, &open);
                    drop(one);
                    continue;
                }
            }
            if (FD_ISSET(one, &writable)) {
                ssize_t count = send(one, it->data, it->length, MSG_DONTWAIT);
                if (count > 0) {
                    memmove(it->data, it->data + count, it->length - (size_t)count);
                    it->length -= (size_t)count;
                } else if (count == -1 && errno != EINTR && errno != EAGAIN) {
                    FD_CLR(one, &open);
                    drop(one);
                    continue;
                }
            }
            if (one != listener && FD_ISSET(one, &open) && it->ended && it->length == 0) {
                FD_CLR(one, &open);
                drop(one);
            }
        }
    }
}
