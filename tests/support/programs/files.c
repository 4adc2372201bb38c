/* Does with files what its arguments say, and shows what came of it, an error by its name.
 *   rPATH  reads it, call by call    wPATH  writes "Hello\n" to it    cPATH  creates it with no rights, and writes
 *   sPATH  sends to the file before it writes to it
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static ssize_t show(ssize_t result)
{
    if (result == -1)
        printf("%s ", strerrorname_np(errno));
    else
        printf("%zd ", result);
    return result;
}

static int opened(int file)
{
    if (file == -1)
        show(-1);
    return file != -1;
}

static void read_all(int file)
{
    char buffer[100];
    ssize_t count;

    while ((count = show(read(file, buffer, sizeof buffer))) > 0)
        printf("<%.*s> ", (int)count, buffer);
    show(close(file));
}

static void write_once(int file)
{
    show(write(file, "Hello\n", 6));
    show(close(file));
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        const char *path = argv[i] + 1;
        int file = *argv[i] == 'r'   ? open(path, O_RDONLY)
                   : *argv[i] == 'c' ? open(path, O_WRONLY | O_CREAT | O_TRUNC, 0)
                                     : open(path, O_WRONLY);

        if (!opened(file))
            continue;
        if (*argv[i] == 's')
            show(send(file, "no", 2, 0));
        if (*argv[i] == 'r')
            read_all(file);
        else
            write_once(file);
    }
    return 0;
}
