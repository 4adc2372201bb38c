/* Has names that are no UTF-8 wherever a program can have one: its file, its thread, a socket, a file that it opens. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static const char NAME[] = "./\xff\xfe() S 1";

static int become(const char *own)
{
    char buffer[4096];
    ssize_t count;
    int from = open(own, O_RDONLY), to = open(NAME, O_WRONLY | O_CREAT | O_TRUNC, 0700);
    while ((count = read(from, buffer, sizeof buffer)) > 0)
        if (write(to, buffer, count) != count)
            return 1;
    close(to);
    close(from);
    execl(NAME, NAME, "again", (char *)NULL);
    return 2;
}

int main(int argc, char *argv[])
{
    struct sockaddr_un address = { .sun_family = AF_UNIX, .sun_path = "\0\xff\n\xfe" };
    int fd;
    if (argc < 2)
        return become(argv[0]);
    prctl(PR_SET_NAME, "\xff) Z 1 (\n");
    fd = socket(AF_UNIX, SOCK_STREAM, 0);
    if (fd == -1 || bind(fd, (struct sockaddr *)&address, sizeof address) == -1 || listen(fd, 1) == -1)
        return 3;
    close(fd);
    fd = open("\xff.txt", O_WRONLY | O_CREAT, 0600);
    if (fd == -1 || mkdir("\xfe", 0700) == -1)
        return 4;
    return close(fd) == -1 ? 5 : 0;
}
