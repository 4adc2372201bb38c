/* Creates data.txt with the low-level calls and writes a line into it.
 *
 * open answers with a number, the descriptor: all further calls name the file by it. It is the same kind of number that
 * socket returns, and write and close are the same calls too.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char path[] = "data.txt";
static const char line[] = "Let's go!\n";

/* Says what failed and why, and ends the program with a status that a shell takes for a failure. */
static void fail(const char *what)
{
    perror(what);
    exit(1);
}

/* O_TRUNC empties an older file: without it, the end of a longer one would stay behind the new text.
   O_CREAT needs the third argument, the permissions of a new file: nothing warns of its absence, and whatever lies in
   its place becomes the permissions. */
static int create(const char *name)
{
    int file = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0644);

    if (file == -1)
        fail(name);
    return file;
}

/* write may take only a part of the data: the rest is offered again until nothing is left. */
static void write_all(int file, const char *data, size_t length)
{
    while (length > 0) {
        ssize_t written = write(file, data, length);
        if (written == -1 && errno == EINTR)
            continue;
        if (written == -1)
            fail("write");
        data += written;
        length -= (size_t)written;
    }
}

int main(void)
{
    int file = create(path);

    /* strlen leaves out the NUL that ends the string: it belongs to C, not to the text. */
    write_all(file, line, strlen(line));

    /* Some systems learn only now that the disk is full. A failed close is not repeated: the descriptor is gone. */
    if (close(file) == -1)
        fail("close");
    return 0;
}
