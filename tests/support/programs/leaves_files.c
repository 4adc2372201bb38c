/* Makes so many empty files in its directory, as fast as it can, and ends with 0 if they were made. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

int main(int argc, char *argv[])
{
    int count = argc > 1 ? atoi(argv[1]) : 0;
    char name[32];

    for (int number = 0; number < count; number++) {
        snprintf(name, sizeof name, "file%d", number);
        if (mknod(name, S_IFREG | 0600, 0) == -1)
            return 1;
    }
    return 0;
}
