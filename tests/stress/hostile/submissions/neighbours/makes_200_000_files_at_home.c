/* kind: neighbours
 * exercise: hello_server
 * tries: to leave 200,000 files in its own directory
 * promise: status=0
 * judged: transfer.greeting
 */
#include "honest.h"

static void make_many(void)
{
    char name[64];

    for (int number = 0; number < 200000; number++) {
        snprintf(name, sizeof name, "./many%d", number);
        if (mknod(name, S_IFREG | 0600, 0) == -1 && errno == ENOSPC)
            return;
    }
}

int main(int argc, char *argv[])
{
    return serve(argc, argv, (make_many(), GREETING));
}
