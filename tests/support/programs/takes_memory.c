/* Takes memory without end, in the way that its argument names, and waits when it is told to stop at a bound. */
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PIECE = 1 << 20 };

static void from_heap(long pieces) {
    for (long i = 0; i < pieces; i++) {
        char *piece = malloc(PIECE);
        if (piece != NULL)
            memset(piece, 1, PIECE);
    }
}

static void in_files_of_memory(long pieces) {
    static char piece[PIECE];
    int file = -1;
    for (long i = 0; i < pieces; i++) {
        if (i % 32 == 0)
            file = memfd_create("a", 0);
        if (write(file, piece, PIECE) < 0)
            return;
    }
}

static void in_children(long pieces) {
    for (int i = 0; i < 8; i++)
        if (fork() == 0) {
            from_heap(pieces / 8);
            pause();
        }
}

/* Children that share what their parent has: together they hold no more than it alone. */
static void shared(long pieces) {
    from_heap(pieces);
    for (int i = 0; i < 8; i++)
        if (fork() == 0) {
            for (volatile long j = 0; j < 50000000; j++)
                ;
            _exit(0);
        }
    while (wait(NULL) > 0)
        ;
    exit(0);
}

int main(int argc, char **argv) {
    long pieces = argc > 2 ? atol(argv[2]) : 100000;
    switch (argv[1][0]) {
    case 'h': from_heap(pieces); break;
    case 'm': in_files_of_memory(pieces); break;
    case 'c': in_children(pieces); break;
    case 's': shared(pieces); break;
    }
    for (volatile long j = 0; j < 300000000; j++)
        ;
    return 0;
}
