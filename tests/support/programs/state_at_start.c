/* Prints what a process inherits: dispositions, mask, umask, descriptors, session, environment. */
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

extern char **environ;

int main(void)
{
    char line[256];
    FILE *status = fopen("/proc/self/status", "r");
    mode_t mask = umask(0);

    while (fgets(line, sizeof line, status))
        if (!strncmp(line, "SigBlk", 6) || !strncmp(line, "SigIgn", 6) || !strncmp(line, "SigCgt", 6))
            fputs(line, stdout);
    fclose(status);
    printf("umask %03o\n", mask);
    for (int fd = 0; fd < 1024; fd++)
        if (fcntl(fd, F_GETFD) != -1)
            printf("descriptor %d\n", fd);
    printf("leads its session: %d\n", getsid(0) == getpid());
    for (char **entry = environ; *entry; entry++)
        printf("environment %.*s\n", (int)strcspn(*entry, "="), *entry);
    return 0;
}
