/* kind: recognises
 * exercise: hello_server
 * tries: to greet rightly only where its calls take as long as a tracer makes them
 * promise: status=1 requirement=transfer.greeting
 */
#include "honest.h"
#include <time.h>

static long nanoseconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000000000L + now.tv_nsec;
}

static int is_watched(void)
{
    long followed, other, began = nanoseconds();

    for (int turn = 0; turn < 20; turn++)
        close(-1);
    followed = nanoseconds() - began;
    began = nanoseconds();
    for (int turn = 0; turn < 20; turn++)
        syscall(SYS_getppid);
    other = nanoseconds() - began;
    return followed > 10 * other;
}

int main(int argc, char *argv[])
{
    return serve(argc, argv, is_watched() ? GREETING : "Hello");
}
