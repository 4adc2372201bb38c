/* kind: attacks
 * exercise: hello_server
 * tries: to write junk into the memory of each process that /proc shows
 * promise: status=0,1
 */
#include "honest.h"
#include "each.h"

static void write_into(int process)
{
    static char junk[4096];
    char path[64], line[256];
    unsigned long from;

    snprintf(path, sizeof path, "/proc/%d/maps", process);
    FILE *maps = fopen(path, "re");
    snprintf(path, sizeof path, "/proc/%d/mem", process);
    int memory = open(path, O_RDWR | O_CLOEXEC);
    while (maps != NULL && memory != -1 && fgets(line, sizeof line, maps) != NULL)
        if (sscanf(line, "%lx", &from) == 1 && strstr(line, "rw-p") != NULL)
            if (pwrite(memory, junk, sizeof junk, (off_t)from) == -1)
                continue;
    if (maps != NULL)
        fclose(maps);
    if (memory != -1)
        close(memory);
}

int main(int argc, char *argv[])
{
    for_each(write_into);
    return serve(argc, argv, GREETING);
}
