/* Tries the ways around an observer: io_uring, splice and its kin, queued transfers, calls that came later than others,
 * and on x86-64 the 32-bit and x32 call tables; prints each errno. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(void)
{
    char parameters[256];

    memset(parameters, 0, sizeof parameters);
    printf("io_uring %d\n", syscall(SYS_io_uring_setup, 4, parameters) < 0 ? errno : 0);
    printf("splice %d\n", syscall(SYS_splice, 0, NULL, 1, NULL, 1, 0) < 0 ? errno : 0);
    printf("tee %d\n", syscall(SYS_tee, 0, 1, 1, 0) < 0 ? errno : 0);
    printf("vmsplice %d\n", syscall(SYS_vmsplice, 1, NULL, 0, 0) < 0 ? errno : 0);
    printf("aio %d\n", syscall(SYS_io_setup, 1, parameters) < 0 ? errno : 0);
    printf("pwritev2 %d\n", syscall(SYS_pwritev2, 1, NULL, 0, -1, -1, 0) < 0 ? errno : 0);
    printf("of tomorrow %d\n", syscall(999) < 0 ? errno : 0);
#ifdef __x86_64__
    long result;

    __asm__ volatile("int $0x80" : "=a"(result) : "a"(20) : "memory"); /* getpid of the 32-bit table */
    printf("int80 %ld\n", result < 0 ? -result : 0);
    printf("x32 %d\n", syscall(0x40000000 | SYS_getpid) < 0 ? errno : 0);
#endif
    return 0;
}
