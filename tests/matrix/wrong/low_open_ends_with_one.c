/* Writes the line and closes the file, and ends with status 1 all the same.
 * exercise: low_open
 * breaks: file.ends-cleanly
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int main(void)
{
    const char *line = "Let's go!\n";
    size_t left = strlen(line);
    int fd = open("data.txt", O_CREAT | O_WRONLY | O_TRUNC, 0644);

    if (fd == -1) {
        perror("open");
        return 1;
    }
    while (left > 0) {
        ssize_t n = write(fd, line, left);
        if (n == -1 && errno == EINTR)
            continue;
        if (n == -1) {
            perror("write");
            return 1;
        }
        line += n;
        left -= (size_t)n;
    }
    if (close(fd) == -1)
        perror("close");
    return 1;
}
