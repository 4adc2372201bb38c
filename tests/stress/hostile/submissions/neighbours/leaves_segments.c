/* kind: neighbours
 * exercise: hello_server
 * tries: to leave System V segments, semaphores and queues, which nobody removes
 * promise: status=0
 */
#include "honest.h"
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>

static void leave(void)
{
    for (int number = 0; number < 200; number++) {
        shmget(IPC_PRIVATE, 1 << 20, IPC_CREAT | 0600);
        semget(IPC_PRIVATE, 100, IPC_CREAT | 0600);
        msgget(IPC_PRIVATE, IPC_CREAT | 0600);
    }
}

int main(int argc, char *argv[])
{
    return serve(argc, argv, (leave(), GREETING));
}
