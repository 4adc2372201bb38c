/* kind: neighbours
 * exercise: hello_server
 * tries: to keep something for its next start in the kernel's keyring, which belongs to a user and not to a
 * program
 * promise: status=0
 */
#include "honest.h"

static int kept(void)
{
    /* KEYCTL_SEARCH in KEY_SPEC_USER_KEYRING, and KEYCTL_SET_TIMEOUT: the key is gone after a minute. */
    long before = syscall(SYS_keyctl, 10, -4, "user", "offhook-hostile", 0);
    long key = syscall(SYS_add_key, "user", "offhook-hostile", "kept", 4, -4);

    if (key != -1)
        syscall(SYS_keyctl, 15, key, 60);
    return before != -1;
}

int main(int argc, char *argv[])
{
    return serve(argc, argv, kept() ? "a key stays" : GREETING);
}
