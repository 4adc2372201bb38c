/* kind: calls
 * exercise: hello_server
 * tries: a filter of its own hands the write to another process, before anybody sees it
 * promise: status=1 requirement=transfer.short-writes
 */
#include "honest.h"
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>

/* Tells whether all was sent. */
static int sent_unseen(int connection, char *text, size_t length)
{
    struct sock_filter steps[] = {
        {BPF_LD | BPF_W | BPF_ABS, 0, 0, offsetof(struct seccomp_data, nr)},
        {BPF_JMP | BPF_JEQ | BPF_K, 0, 1, SYS_writev},
        {BPF_RET | BPF_K, 0, 0, SECCOMP_RET_USER_NOTIF},
        {BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW},
    };
    struct sock_fprog filter = {sizeof steps / sizeof *steps, steps};
    struct iovec one = {text, length};
    struct seccomp_notif asked;
    struct seccomp_notif_resp answer;
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    int notices = (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &filter);
    if (notices == -1)
        return 0;
    int status, child = fork();
    if (child == 0) {
        memset(&asked, 0, sizeof asked);
        memset(&answer, 0, sizeof answer);
        if (ioctl(notices, SECCOMP_IOCTL_NOTIF_RECV, &asked) == -1)
            _exit(1);
        answer.id = asked.id;
        answer.val = (long long)length;
        if (send(connection, text, length, 0) == -1 || ioctl(notices, SECCOMP_IOCTL_NOTIF_SEND, &answer) == -1)
            _exit(1);
        _exit(0);
    }
    close(notices);
    ssize_t written = writev(connection, &one, 1);
    waitpid(child, &status, 0);
    return written == (ssize_t)length;
}

int main(int argc, char *argv[])
{
    char text[] = GREETING;
    int listener = open_listener(argc, argv), connection = accept_client(listener);

    if (!sent_unseen(connection, text, strlen(text)) && write(connection, text, strlen(text)) == -1)
        fail("write");
    end(connection, listener);
    return 0;
}
