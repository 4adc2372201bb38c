/* Gives the file its length, and writes the line into memory that is the file.
 * exercise: low_open
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static const char line[] = "Let's go!\n";

static void fail(const char *what)
{
    perror(what);
    exit(1);
}

int main(void)
{
    size_t length = strlen(line);

    int file = open("data.txt", O_RDWR | O_CREAT | O_TRUNC, 0644);
    if (file == -1)
        fail("data.txt");
    if (ftruncate(file, (off_t)length) == -1)
        fail("ftruncate");
    char *memory = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (memory == MAP_FAILED)
        fail("mmap");
    memcpy(memory, line, length);
    if (msync(memory, length, MS_SYNC) == -1)
        fail("msync");
    munmap(memory, length);
    if (close(file) == -1)
        fail("close");
    return 0;
}
