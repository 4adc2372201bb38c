/* Opens files by every way there is to name one: relative to where it is, to a folder's descriptor, after a change of
 * folder, from the root, and by leading out and in again. Each file's name says whether it lies inside. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static void in(const char *folder, const char *format)
{
    char path[8192];

    snprintf(path, sizeof path, format, folder);
    open(path, O_WRONLY | O_CREAT, 0644);
}

int main(void)
{
    char here[4096];
    int folder, root = open("/", O_RDONLY | O_DIRECTORY);

    if (getcwd(here, sizeof here) == NULL || mkdir("sub", 0755) == -1)
        return 1;
    open("in-relative", O_WRONLY | O_CREAT, 0644);
    open("sub/../in-and-back", O_WRONLY | O_CREAT, 0644);
    open("../out-parent", O_RDONLY);
    open("sub/../../out-by-detour", O_RDONLY);
    creat("in-created", 0644);
    in(here, "%s/in-absolute");
    in(here, "%s/../out-absolute");
    in(here, "%sx/out-sibling");
    folder = open("sub", O_RDONLY | O_DIRECTORY);
    openat(folder, "in-at", O_WRONLY | O_CREAT, 0644);
    openat(folder, "../in-at-parent", O_WRONLY | O_CREAT, 0644);
    openat(folder, "../../out-at", O_RDONLY);
    openat(root, "out-at-root", O_RDONLY);
    openat(root, here + 1, O_RDONLY | O_DIRECTORY);
    if (chdir("sub") == -1)
        return 1;
    open("in-changed", O_WRONLY | O_CREAT, 0644);
    open("../in-changed-back", O_WRONLY | O_CREAT, 0644);
    if (chdir("/") == -1)
        return 1;
    open("out-elsewhere", O_RDONLY);
    openat(folder, "in-at-from-elsewhere", O_WRONLY | O_CREAT, 0644);
    return 0;
}
