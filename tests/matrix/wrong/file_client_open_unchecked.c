/* Does not look at what open returned.
 * exercise: file_client
 * breaks: robust.failed-setup-reported
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static void fail(const char *call)
{
    perror(call);
    exit(1);
}

static int write_all(int to, const char *data, size_t length)
{
    while (length > 0) {
        ssize_t count = write(to, data, length);
        if (count == -1 && errno == EINTR)
            continue;
        if (count == -1)
            return -1;
        data += count;
        length -= count;
    }
    return 0;
}

int main(int argc, char *argv[])
{
    struct sockaddr_in address = {0};
    char buffer[1024];
    ssize_t count;
    int sock, file;

    if (argc != 4) {
        fprintf(stderr, "Usage: %s <ip> <port> <path>\n", argv[0]);
        exit(1);
    }
    sock = socket(AF_INET, SOCK_STREAM, 0);
    if (sock == -1)
        fail("socket");
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = inet_addr(argv[1]);
    address.sin_port = htons(atoi(argv[2]));
    if (connect(sock, (struct sockaddr *)&address, sizeof(address)) == -1)
        fail("connect");
    file = open(argv[3], O_WRONLY | O_CREAT | O_TRUNC, 0644);

    while ((count = read(sock, buffer, sizeof(buffer))) != 0) {
        if (count == -1 && errno == EINTR)
            continue;
        if (count == -1)
            fail("read");
        if (write_all(file, buffer, count) == -1)
            fail("write");
    }
    if (close(file) == -1)
        fail("close");
    close(sock);
    return 0;
}
