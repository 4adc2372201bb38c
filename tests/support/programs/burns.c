/* Computes for so many tenths of a second, by its own processor time, and makes a call after each; in so many children. */
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void compute(long tenths) {
    for (long i = 1; i <= tenths; i++) {
        while (clock() < i * CLOCKS_PER_SEC / 10)
            ;
        if (write(1, ".", 1) < 0)
            return;
    }
}

int main(int argc, char **argv) {
    long tenths = atol(argv[1]), children = argc > 2 ? atol(argv[2]) : 0;
    for (long i = 0; i < children; i++) {
        if (fork() == 0) {
            compute(tenths);
            _exit(0);
        }
        wait(NULL);
    }
    if (children == 0)
        compute(tenths);
    return 0;
}
