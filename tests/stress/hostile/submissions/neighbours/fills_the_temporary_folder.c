/* kind: neighbours
 * exercise: hello_server
 * tries: to fill /tmp, with many files of the largest size
 * promise: status=0
 * needs: memory
 * judged: transfer.greeting
 */
#include "honest.h"

static void fill(void)
{
    static char zeros[1 << 20];
    char name[32];

    for (int number = 0; number < 40; number++) {
        snprintf(name, sizeof name, "/tmp/full%d", number);
        int file = open(name, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
        for (int piece = 0; file != -1 && piece < 60; piece++)
            if (write(file, zeros, sizeof zeros) == -1)
                return;
        if (file != -1)
            close(file);
    }
}

int main(int argc, char *argv[])
{
    return serve(argc, argv, (fill(), GREETING));
}
