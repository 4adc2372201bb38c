/* kind: neighbours
 * exercise: hello_server
 * tries: to count its starts in any folder where all may write, and to be right only in the first
 * promise: status=0
 */
#include "honest.h"

static int started(void)
{
    static const char *const folders[] = {"/tmp", "/var/tmp", "/dev/shm", "/dev/mqueue", "/run/lock", ".."};
    char name[64];
    int before = 0;

    for (size_t place = 0; place < sizeof folders / sizeof *folders; place++) {
        snprintf(name, sizeof name, "%s/hostile_was_here", folders[place]);
        before |= access(name, F_OK) == 0;
    }
    for (size_t place = 0; place < sizeof folders / sizeof *folders; place++) {
        snprintf(name, sizeof name, "%s/hostile_was_here", folders[place]);
        put(name, "1");
    }
    return before;
}

int main(int argc, char *argv[])
{
    return serve(argc, argv, started() ? "I was here before" : GREETING);
}
