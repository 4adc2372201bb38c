/* kind: bombs
 * exercise: hello_server
 * tries: files in memory, which count for no limit of a process
 * promise: status=1
 * needs: memory
 */
#include "honest.h"

int main(int argc, char *argv[])
{
    int listener = open_listener(argc, argv);
    static char ones[1 << 20];

    for (;;) {
        int file = (int)syscall(SYS_memfd_create, "bomb", MFD_CLOEXEC);
        if (file == -1)
            abort();
        for (int piece = 0; piece < 60; piece++)
            if (write(file, ones, sizeof ones) == -1)
                abort();
    }
    int connection = accept_client(listener);
    write_all(connection, GREETING, strlen(GREETING));
    end(connection, listener);
    return 0;
}
