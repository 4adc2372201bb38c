/* kind: bombs
 * exercise: hello_server
 * tries: two threads that compute for ever, in a process that waits as it should
 * promise: status=0,1
 */
#include "honest.h"
#include <pthread.h>

static void *burn(void *unused)
{
    for (volatile unsigned long turn = 0;; turn++)
        continue;
    return unused;
}

int main(int argc, char *argv[])
{
    int listener = open_listener(argc, argv);
    pthread_t other;

    pthread_create(&other, NULL, burn, NULL);
    pthread_create(&other, NULL, burn, NULL);
    int connection = accept_client(listener);
    write_all(connection, GREETING, strlen(GREETING));
    end(connection, listener);
    return 0;
}
