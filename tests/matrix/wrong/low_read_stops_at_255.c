/* Keeps what getc returns in a char: the byte 255 looks like the end of the file.
 * exercise: low_read
 * breaks: file.content
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
    int file = open("data.txt", O_RDONLY);
    if (file == -1)
        fail("data.txt");
    FILE *stream = fdopen(file, "r");
    if (stream == NULL)
        fail("fdopen");
    for (;;) {
        signed char byte = getc(stream);
        if (ferror(stream)) {
            if (errno != EINTR)
                fail("getc");
            clearerr(stream);
            continue;
        }
        if (byte == EOF)
            break;
        if (putchar(byte) == EOF)
            fail("standard output");
    }
    if (fclose(stream) == EOF)
        fail("fclose");
    if (fflush(stdout) == EOF)
        fail("standard output");
    return 0;
}
