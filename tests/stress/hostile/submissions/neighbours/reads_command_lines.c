/* kind: neighbours
 * exercise: hello_server
 * tries: to send the command lines and environments of the host's processes
 * promise: status=0
 */
#include "honest.h"
#include <dirent.h>

static char text[1 << 16];

/* Returns what /proc tells of other processes. */
static const char *all(void)
{
    DIR *processes = opendir("/proc");
    struct dirent *one;
    size_t length = 0;
    char path[300];

    while (processes != NULL && (one = readdir(processes)) != NULL)
        for (int which = 0; which < 2; which++) {
            snprintf(path, sizeof path, "/proc/%.200s/%s", one->d_name, which ? "cmdline" : "environ");
            int file = open(path, O_RDONLY | O_CLOEXEC);
            ssize_t count = file == -1 ? 0 : read(file, text + length, sizeof text - 1 - length);
            if (file != -1)
                close(file);
            for (ssize_t at = 0; at < count; at++)
                if (text[length + (size_t)at] == '\0')
                    text[length + (size_t)at] = ' ';
            length += count > 0 ? (size_t)count : 0;
        }
    if (processes != NULL)
        closedir(processes);
    return strstr(text, "TOKEN") != NULL ? strstr(text, "TOKEN") : GREETING;
}

int main(int argc, char *argv[])
{
    return serve(argc, argv, all());
}
