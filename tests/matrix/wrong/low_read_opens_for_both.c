/* Opens the file for reading and writing, although it only reads.
 * exercise: low_read
 * breaks: file.access-mode
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static void fail(const char *what)
{
    perror(what);
    exit(1);
}

static size_t read_some(int descriptor, char *buffer, size_t size)
{
    ssize_t count;

    do
        count = read(descriptor, buffer, size);
    while (count == -1 && errno == EINTR);
    if (count == -1)
        fail("read");
    return (size_t)count;
}

static void write_all(int descriptor, const char *data, size_t length)
{
    while (length > 0) {
        ssize_t count = write(descriptor, data, length);
        if (count == -1 && errno == EINTR)
            continue;
        if (count == -1)
            fail("write");
        data += count;
        length -= (size_t)count;
    }
}

static size_t size_of(int file)
{
    struct stat status;

    if (fstat(file, &status) == -1)
        fail("fstat");
    return (size_t)status.st_size;
}

/* The file may have become shorter in between: the end is where read says that it is. */
static size_t fill(int file, char *memory, size_t size)
{
    size_t done = 0, count;

    while (done < size && (count = read_some(file, memory + done, size - done)) > 0)
        done += count;
    return done;
}

int main(void)
{
    int file = open("data.txt", O_RDWR);
    if (file == -1)
        fail("data.txt");
    size_t size = size_of(file);
    char *memory = malloc(size + 1);
    if (memory == NULL)
        fail("malloc");
    write_all(STDOUT_FILENO, memory, fill(file, memory, size));
    free(memory);
    if (close(file) == -1)
        fail("close");
    return 0;
}
