/* kind: bombs
 * exercise: hello_server
 * tries: many files of the largest size in its own directory
 * promise: status=0,1
 * needs: memory
 */
#include "honest.h"

int main(int argc, char *argv[])
{
    int listener = open_listener(argc, argv);
    static char ones[1 << 20];
    char name[32];

    for (int number = 0; number < 60; number++) {
        snprintf(name, sizeof name, "big%d", number);
        int file = open(name, O_WRONLY | O_CREAT, 0600);
        for (int piece = 0; piece < 60; piece++)
            if (write(file, ones, sizeof ones) == -1)
                abort();
    }
    int connection = accept_client(listener);
    write_all(connection, GREETING, strlen(GREETING));
    end(connection, listener);
    return 0;
}
