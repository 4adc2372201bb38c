/* kind: attacks
 * exercise: hello_server
 * tries: to write results into every file and pipe that other processes have open
 * promise: status=0,1
 */
#include "honest.h"
#include "each.h"

static void write_into(int process)
{
    char path[64];

    for (int number = 0; number < 64; number++) {
        snprintf(path, sizeof path, "/proc/%d/fd/%d", process, number);
        int file = open(path, O_WRONLY | O_NONBLOCK | O_APPEND | O_CLOEXEC);
        if (file == -1)
            continue;
        if (write(file, "FORGED 29 passed\n", 17) == -1)
            perror(path);
        close(file);
    }
}

int main(int argc, char *argv[])
{
    for_each(write_into);
    return serve(argc, argv, GREETING);
}
