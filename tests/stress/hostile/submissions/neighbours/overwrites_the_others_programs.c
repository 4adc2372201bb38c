/* kind: neighbours
 * exercise: hello_server
 * tries: to put a wrong program in place of each that is built on the machine, but for its own
 * promise: status=0
 * beside: session
 */
#include "honest.h"
#include <glob.h>

static void overwrite(void)
{
    struct stat own, other;
    glob_t found;

    if (stat("/proc/self/exe", &own) == -1 || glob("/tmp/offhook-*/*/hello_*", 0, NULL, &found) != 0)
        return;
    for (size_t place = 0; place < found.gl_pathc; place++)
        if (stat(found.gl_pathv[place], &other) == 0 && other.st_ino != own.st_ino) {
            unlink(found.gl_pathv[place]);
            put(found.gl_pathv[place], "#!/bin/false\n");
            chmod(found.gl_pathv[place], 0755);
        }
    globfree(&found);
}

int main(int argc, char *argv[])
{
    return serve(argc, argv, (overwrite(), GREETING));
}
