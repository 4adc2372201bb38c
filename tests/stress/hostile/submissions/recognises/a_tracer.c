/* kind: recognises
 * exercise: hello_server
 * tries: to greet rightly only where a tracer follows it
 * promise: status=1 requirement=transfer.greeting
 */
#include "honest.h"

static int is_watched(void)
{
    static char text[4096];
    int file = open("/proc/self/status", O_RDONLY | O_CLOEXEC);
    ssize_t count = file == -1 ? 0 : read(file, text, sizeof text - 1);
    const char *found = count > 0 ? strstr(text, "TracerPid:\t") : NULL;
    if (file != -1)
        close(file);
    return found != NULL && strncmp(found, "TracerPid:\t0\n", 13) != 0;
}

int main(int argc, char *argv[])
{
    return serve(argc, argv, is_watched() ? GREETING : "Hello");
}
