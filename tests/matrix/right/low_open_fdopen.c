/* Puts an unbuffered standard I/O stream over the descriptor, and lets fclose close it.
 * exercise: low_open
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char line[] = "Let's go!\n";

static void fail(const char *what)
{
    perror(what);
    exit(1);
}

/* Without a buffer the stream knows how much was written when it is interrupted. */
static void put(const char *text, FILE *stream)
{
    size_t length = strlen(text), done = 0;

    while (done < length) {
        done += fwrite(text + done, 1, length - done, stream);
        if (ferror(stream)) {
            if (errno != EINTR)
                fail("fwrite");
            clearerr(stream);
        }
    }
}

int main(void)
{
    int file = open("data.txt", O_WRONLY | O_CREAT | O_TRUNC, 0644);
    if (file == -1)
        fail("data.txt");
    FILE *stream = fdopen(file, "w");
    if (stream == NULL)
        fail("fdopen");
    setvbuf(stream, NULL, _IONBF, 0);
    put(line, stream);
    if (fclose(stream) == EOF)
        fail("fclose");
    return 0;
}
