/* kind: charged
 * exercise: hello_server
 * tries: only where it is about to be wrong: a call with a stack pointer that leads nowhere
 * promise: status=1 requirement=transfer.short-writes
 */
#include "honest.h"

static void disturb(void)
{
    long answer;

    __asm__ volatile("mov %%rsp, %%r12; mov $8, %%rsp; syscall; mov %%r12, %%rsp"
                     : "=a"(answer)
                     : "a"((long)SYS_close), "D"(-1L)
                     : "rcx", "r11", "r12", "memory");
}

int main(int argc, char *argv[])
{
    int listener = open_listener(argc, argv), connection = accept_client(listener);
    ssize_t written = write(connection, GREETING, strlen(GREETING));

    if (written == -1)
        fail("write");
    if (written < (ssize_t)strlen(GREETING))
        disturb();
    end(connection, listener);
    return 0;
}
