/* Starts a program on which a filter lies that refuses some system calls with EPERM, as the profile of a container's
 * runtime does: deny CALL,CALL,… PROGRAM ARGUMENT… */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define MOST 60
#define CALL(name) {#name, __NR_##name}

static const struct {
    const char *name;
    unsigned number;
} calls[] = {
    CALL(clone3), CALL(landlock_create_ruleset), CALL(mount), CALL(personality), CALL(pidfd_open), CALL(prlimit64),
    CALL(process_vm_readv), CALL(ptrace), CALL(sched_setaffinity), CALL(seccomp), CALL(setns), CALL(setrlimit), CALL(unshare),
};

static int number_of(const char *name)
{
    for (unsigned place = 0; place < sizeof calls / sizeof *calls; place++)
        if (!strcmp(calls[place].name, name))
            return (int)calls[place].number;
    return -1;
}

int main(int argc, char **argv)
{
    struct sock_filter steps[2 * MOST + 3] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
    };
    struct sock_fprog filter = {1, steps};

    if (argc < 3)
        return 2;
    for (char *name = strtok(argv[1], ","); name != NULL && filter.len < 2 * MOST; name = strtok(NULL, ",")) {
        int number = strcmp(name, "filter") ? number_of(name) : __NR_prctl;

        if (number == -1) {
            fprintf(stderr, "deny: %s is not in the table\n", name);
            return 2;
        }
        if (number == __NR_prctl) { /* `filter`: no further filter may be installed, and all else may be asked of prctl */
            steps[filter.len++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ, (unsigned)number, 0, 4);
            steps[filter.len++] =
                (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args));
            steps[filter.len++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ, PR_SET_SECCOMP, 0, 1);
            steps[filter.len++] = (struct sock_filter)BPF_STMT(BPF_RET, SECCOMP_RET_ERRNO | EPERM);
            steps[filter.len++] = (struct sock_filter)BPF_STMT(BPF_RET, SECCOMP_RET_ALLOW);
            continue;
        }
        steps[filter.len++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ, (unsigned)number, 0, 1);
        steps[filter.len++] = (struct sock_filter)BPF_STMT(BPF_RET, SECCOMP_RET_ERRNO | EPERM);
    }
    steps[filter.len++] = (struct sock_filter)BPF_STMT(BPF_RET, SECCOMP_RET_ALLOW);
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) != 0) {
        perror("deny");
        return 2;
    }
    execvp(argv[2], argv + 2);
    perror(argv[2]);
    return 127;
}
