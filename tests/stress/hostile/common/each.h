/* Doing something to all processes that can be seen. Include honest.h first. */
#ifndef EACH_H
#define EACH_H

#include <dirent.h>

/* Does something to every process that /proc shows, but for its own. */
static void for_each(void (*act)(int))
{
    DIR *all = opendir("/proc");
    struct dirent *one;

    while (all != NULL && (one = readdir(all)) != NULL)
        if (atoi(one->d_name) > 0 && atoi(one->d_name) != getpid())
            act(atoi(one->d_name));
    if (all != NULL)
        closedir(all);
}

#endif
