/* Stores through a mapping what came, and thanks the server then, which need not hear it.
 * exercise: file_client
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
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
        fprintf(stderr, "%s: not an IPv4 address\n", ip);
        exit(1);
    }
    int connection = socket(AF_INET, SOCK_STREAM, 0);
    if (connection == -1)
        fail("socket");
    if (connect(connection, (struct sockaddr *)&address, sizeof address) == -1)
        fail("connect");
    return connection;
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

static void store(int file, const char *data, size_t length)
{
    if (length == 0)
        return;
    if (ftruncate(file, (off_t)length) == -1)
        fail("ftruncate");
    void *memory = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (memory == MAP_FAILED)
        fail("mmap");
    memcpy(memory, data, length);
    if (munmap(memory, length) == -1)
        fail("munmap");
}

int main(int argc, char *argv[])
{
    if (argc != 4) {
        fprintf(stderr, "usage: %s <ip> <port> <path>\n", argv[0]);
        return 1;
    }

    char *data = NULL;
    size_t length = 0, room = 0, count;
    int connection = connect_to(argv[1], argv[2]);
    do {
        if (length == room)
            data = realloc(data, room = 2 * room + 4096);
        if (data == NULL)
            fail("realloc");
        count = read_some(connection, data + length, room - length);
        length += count;
    } while (count > 0);
    int file = open(argv[3], O_RDWR | O_CREAT | O_TRUNC, 0600);
    if (file == -1)
        fail(argv[3]);
    store(file, data, length);
    free(data);
    if (send(connection, "Thank you", 9, MSG_NOSIGNAL) == -1 && errno == EINTR)
        send(connection, "Thank you", 9, MSG_NOSIGNAL);
    if (close(connection) == -1)
        fail("close");
    if (close(file) == -1)
        fail(argv[3]);
    return 0;
}
