/* Prepares the line in memory that is a file, and lets the system copy it: with copy_file_range, or else with sendfile.
 * exercise: low_open
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/types.h>
#include <unistd.h>

static void fail(const char *what)
{
    perror(what);
    exit(1);
}

static void write_all(int descriptor, const char *data, size_t length)
{
    while (length > 0) {
        ssize_t written = write(descriptor, data, length);
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
    int memory = memfd_create("line", MFD_CLOEXEC);
    if (memory == -1)
        fail("memfd_create");
    write_all(memory, "Let's go!\n", 10);
    int file = open("./data.txt", O_WRONLY | O_CREAT | O_TRUNC, 0660);
    if (file == -1)
        fail("open");
    off_t from = 0;
    while (from < 10) {
        ssize_t count = copy_file_range(memory, &from, file, NULL, 10 - from, 0);
        if (count == -1 && (errno == EINVAL || errno == EXDEV || errno == ENOSYS || errno == EOPNOTSUPP))
            count = sendfile(file, memory, &from, 10 - from);
        if (count == -1 && errno == EINTR)
            continue;
        if (count == -1)
            fail("copy");
    }
    close(memory);
    if (close(file) == -1)
        fail("close");
    return 0;
}
