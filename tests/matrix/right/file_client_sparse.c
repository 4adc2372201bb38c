/* Leaves blocks of zeros out with lseek, as cp does, and gives the file its length at the end with ftruncate.
 * exercise: file_client
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void fail(const char *what)
{
    perror(what);
    exit(1);
}

static int connect_to(const char *ip, const char *port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((in_port_t)atoi(port))};

    if (inet_pton(AF_INET, ip, &address.sin_addr) != 1) {
        fprintf(stderr, "%s is not an address\n", ip);
        exit(1);
    }
    int connection = socket(AF_INET, SOCK_STREAM, 0);
    if (connection == -1)
        fail("socket");
    if (connect(connection, (struct sockaddr *)&address, sizeof address) == -1)
        fail("connect");
    return connection;
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

int main(int argc, char *argv[])
{
    static char block[4096], zeros[4096];
    off_t length = 0;

    if (argc != 4) {
        fprintf(stderr, "usage: %s <ip> <port> <file>\n", argv[0]);
        return 1;
    }
    int connection = connect_to(argv[1], argv[2]);
    if (unlink(argv[3]) == -1 && errno != ENOENT)
        fail(argv[3]);
    int file = open(argv[3], O_CREAT | O_EXCL | O_RDWR, 0644);
    if (file == -1)
        fail(argv[3]);
    for (;;) {
        ssize_t count = read(connection, block, sizeof block);
        if (count == -1 && errno == EINTR)
            continue;
        if (count == -1)
            fail("read");
        if (count == 0)
            break;
        if (memcmp(block, zeros, count) == 0) {
            if (lseek(file, count, SEEK_CUR) == -1)
                fail("lseek");
        } else {
            write_all(file, block, count);
        }
        length += count;
    }
    if (ftruncate(file, length) == -1)
        fail("ftruncate");
    if (close(file) == -1)
        fail("close");
    close(connection);
    return 0;
}
