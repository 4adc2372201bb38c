/* Lets the file be memory, and prints that.
 * exercise: low_read
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static void fail(const char *what)
{
    perror(what);
    exit(1);
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

int main(void)
{
    int file = open("data.txt", O_RDONLY);
    if (file == -1)
        fail("data.txt");
    size_t size = size_of(file);
    if (size > 0) {
        const char *memory = mmap(NULL, size, PROT_READ, MAP_PRIVATE, file, 0);
        if (memory == MAP_FAILED)
            fail("mmap");
        write_all(STDOUT_FILENO, memory, size);
        munmap((void *)memory, size);
    }
    if (close(file) == -1)
        fail("close");
    return 0;
}
