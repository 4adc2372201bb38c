/* kind: bombs
 * exercise: hello_server
 * tries: as many threads as the kernel gives
 * promise: status=1
 * needs: memory
 */
#include "honest.h"
#include <pthread.h>

static void *rest(void *unused)
{
    pause();
    return unused;
}

int main(int argc, char *argv[])
{
    int listener = open_listener(argc, argv);
    pthread_t one;

    for (;;)
        pthread_create(&one, NULL, rest, NULL);
    int connection = accept_client(listener);
    write_all(connection, GREETING, strlen(GREETING));
    end(connection, listener);
    return 0;
}
