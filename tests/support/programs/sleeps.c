/* Sleeps an hour in each of the ways there are, and says what each call gave. */
#include <poll.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

int main(void)
{
    struct timespec hour = {3600, 0};
    struct timeval hours = {3600, 0};
    struct pollfd none = {0, POLLIN, 0};
    struct epoll_event event;
    fd_set set;
    int ends[2], ready;

    if (pipe(ends) == -1)
        return 1;
    none.fd = ends[0];
    printf("sleep %u\n", sleep(3600));
    printf("nanosleep %d\n", nanosleep(&hour, NULL));
    printf("poll %d\n", poll(&none, 1, 3600 * 1000));
    FD_ZERO(&set);
    FD_SET(ends[0], &set);
    ready = select(ends[0] + 1, &set, NULL, NULL, &hours);
    printf("select %d %d\n", ready, FD_ISSET(ends[0], &set) != 0);
    printf("epoll %d\n", epoll_wait(epoll_create1(0), &event, 1, 3600 * 1000));
    return 0;
}
