/* kind: neighbours
 * exercise: hello_server
 * tries: to fill /dev/shm, which all programs of a machine share
 * promise: status=0
 * needs: memory
 */
#include "honest.h"

static void fill(void)
{
    static char zeros[1 << 20];
    int file = open("/dev/shm/full", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

    for (int number = 0; file != -1 && number < 60; number++)
        if (write(file, zeros, sizeof zeros) == -1)
            break;
    if (file != -1)
        close(file);
}

int main(int argc, char *argv[])
{
    return serve(argc, argv, (fill(), GREETING));
}
