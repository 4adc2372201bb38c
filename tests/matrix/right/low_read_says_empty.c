/* Says in words that the file is empty; a last line without a newline gets one.
 * exercise: low_read
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

static void print(const char *data, size_t length)
{
    printf("data.txt has %zu bytes:\n", length);
    fwrite(data, 1, length, stdout);
    if (data[length - 1] != '\n')
        putchar('\n');
    puts("--- end of data.txt ---");
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
    int file = open("data.txt", O_RDONLY);
    if (file == -1)
        fail("data.txt");
    size_t size = size_of(file);
    char *memory = malloc(size + 1);
    if (memory == NULL)
        fail("malloc");
    size = fill(file, memory, size);
    if (size == 0)
        puts("data.txt is empty");
    else
        print(memory, size);
    free(memory);
    if (close(file) == -1)
        fail("close");
    return 0;
}
