/* Tries what a program of strangers should not: each line of its output names what it could do. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void tell(const char *what, int could) {
    if (could)
        printf("%s\n", what);
}

static int can_open(const char *form, int pid, int how) {
    char name[300];
    snprintf(name, sizeof name, form, pid);
    int file = open(name, how);
    if (file >= 0)
        close(file);
    return file >= 0;
}

int main(int argc, char **argv) {
    int parent = argc > 1 ? atoi(argv[1]) : getppid();
    tell("environment", can_open("/proc/%d/environ", parent, O_RDONLY));
    tell("memory", can_open("/proc/%d/mem", parent, O_RDWR));
    tell("signal", kill(parent, 0) == 0);
    tell("file", argc > 2 && open(argv[2], O_RDONLY) >= 0);
    tell("write", argc > 3 && open(argv[3], O_WRONLY | O_CREAT, 0600) >= 0);
    tell("own", open("own", O_RDWR | O_CREAT, 0600) >= 0);
    return 0;
}
