/* A server that pauses after accept has failed, in the way that its second argument says, and greets one client then.
 *   clock  polls for the rest of 200 ms, by its own clock     sleep  sleeps for the rest, in the same way
 *   once   polls once for 200 ms                              ever   polls again and again, and never accepts
 */
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static long now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

static void pause_for(long length, const char *how)
{
    long until = now() + length, left;

    if (strcmp(how, "once") == 0)
        poll(NULL, 0, length);
    while (strcmp(how, "ever") == 0)
        poll(NULL, 0, length);
    while (strcmp(how, "clock") == 0 && (left = until - now()) > 0)
        poll(NULL, 0, left);
    while (strcmp(how, "sleep") == 0 && (left = until - now()) > 0) {
        struct timespec rest = {left / 1000, left % 1000 * 1000000};
        nanosleep(&rest, NULL);
    }
}

int main(int argc, char **argv)
{
    int on = 1, connection, listener = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in address;

    (void)argc;
    memset(&address, 0, sizeof address);
    address.sin_family = AF_INET;
    address.sin_port = htons(atoi(argv[1]));
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) == -1 || listen(listener, 5) == -1)
        return 1;
    while ((connection = accept(listener, NULL, NULL)) == -1)
        pause_for(200, argv[2]);
    if (write(connection, "hi", 2) != 2)
        return 1;
    return close(connection);
}
