/* kind: neighbours
 * exercise: hello_server
 * tries: to put a right program in place of its own after the first start, from what it brought with it
 * promise: status=1 requirement=transfer.short-writes
 */
#include "honest.h"

/* The second half of the build: the same program, but right. */
static void replace_by_right(const char *own)
{
    char right[600];

    snprintf(right, sizeof right, "%.500s.new", own);
    int from = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
    int to = open(right, O_WRONLY | O_CREAT | O_CLOEXEC, 0755);
    static char whole[1 << 20];
    ssize_t size = from == -1 ? -1 : read(from, whole, sizeof whole);
    if (to == -1 || size <= 0)
        return;
    for (ssize_t at = 0; at < size - 6; at++)
        if (memcmp(whole + at, "WRONG", 5) == 0)
            memcpy(whole + at, "RIGHT", 5);
    if (write(to, whole, (size_t)size) == size)
        rename(right, own);
    close(to);
    close(from);
}

static volatile char manner[] = "WRONG";

int main(int argc, char *argv[])
{
    if (manner[0] != 'R')
        replace_by_right(argv[0]);
    return serve_rightly(argc, argv, manner[0] == 'R');
}
