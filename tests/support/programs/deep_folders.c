/* Leaves 6,000 folders, each in the one before, and a thousand files beside them. */
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

int main(void)
{
    char name[20];

    for (int file = 0; file < 1000; file++) {
        snprintf(name, sizeof name, "f%d", file);
        close(open(name, O_CREAT | O_WRONLY, 0600));
    }
    for (int depth = 0; depth < 6000; depth++)
        if (mkdir("d", 0700) != 0 || chdir("d") != 0)
            return 1;
    return 0;
}
