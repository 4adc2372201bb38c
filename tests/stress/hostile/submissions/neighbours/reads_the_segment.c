/* kind: neighbours
 * exercise: hello_server
 * tries: to send what lies in a System V segment of the machine
 * promise: status=0
 */
#include "honest.h"
#include <sys/ipc.h>
#include <sys/shm.h>

static const char *segment(void)
{
    int number = shmget(0x0ff00c, 0, 0);
    const char *at = number == -1 ? (void *)-1 : shmat(number, NULL, SHM_RDONLY);
    return at == (void *)-1 ? GREETING : at;
}

int main(int argc, char *argv[])
{
    return serve(argc, argv, segment());
}
