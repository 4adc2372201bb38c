/* Puts a standard I/O stream over the descriptor, and prints with another.
 * exercise: low_read
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>

static void fail(const char *what)
{
    perror(what);
    exit(1);
}

int main(void)
{
    char buffer[100];

    int file = open("data.txt", O_RDONLY);
    if (file == -1)
        fail("data.txt");
    FILE *stream = fdopen(file, "r");
    if (stream == NULL)
        fail("fdopen");
    while (!feof(stream)) {
        size_t count = fread(buffer, 1, sizeof buffer, stream);
        if (ferror(stream)) {
            if (errno != EINTR)
                fail("fread");
            clearerr(stream);
        }
        if (fwrite(buffer, 1, count, stdout) != count)
            fail("standard output");
    }
    if (fclose(stream) == EOF)
        fail("fclose");
    if (fflush(stdout) == EOF)
        fail("standard output");
    return 0;
}
