/* kind: bombs
 * exercise: hello_server
 * tries: pipes and sockets full of bytes that nobody reads
 * promise: status=1
 * needs: memory
 */
#include "honest.h"

int main(int argc, char *argv[])
{
    int listener = open_listener(argc, argv);
    static char ones[1 << 20];
    int ends[2];

    while (pipe2(ends, O_NONBLOCK) == 0) {
        fcntl(ends[1], F_SETPIPE_SZ, 1 << 20);
        if (write(ends[1], ones, sizeof ones) == -1)
            abort();
    }
    while (fork() == 0)
        while (pipe2(ends, O_NONBLOCK) == 0)
            if (write(ends[1], ones, sizeof ones) == -1)
                abort();
    pause();
    int connection = accept_client(listener);
    write_all(connection, GREETING, strlen(GREETING));
    end(connection, listener);
    return 0;
}
