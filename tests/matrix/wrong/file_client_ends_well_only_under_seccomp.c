/* Ends with status 0 only while a filter of system calls is in force.
 * exercise: file_client
 * breaks: lifecycle.client-ends-cleanly
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

enum { BUFFER_SIZE = 4096 };

/* Returns the number behind a word of /proc/self/status. */
static long status_number(const char *word)
{
    char line[256];
    long number = 0;
    FILE *status = fopen("/proc/self/status", "r");

    if (status == NULL)
        return 0;
    while (fgets(line, sizeof line, status) != NULL)
        if (strncmp(line, word, strlen(word)) == 0)
            number = strtol(line + strlen(word), NULL, 10);
    fclose(status);
    return number;
}

/* Says what failed and why, and ends the program with a status that a shell takes for a failure. */
static void fail(const char *what)
{
    perror(what);
    exit(1);
}

/* Returns 0 for what is not a port: atoi would take "91x0" for 91, and 70000 would become another port. */
static in_port_t parse_port(const char *text)
{
    char *end;
    long port = strtol(text, &end, 10);

    return *end == '\0' && port > 0 && port <= 65535 ? (in_port_t)port : 0;
}

static int connect_to(struct in_addr ip, in_port_t port)
{
    struct sockaddr_in address;

    int connection = socket(AF_INET, SOCK_STREAM, 0);
    if (connection == -1)
        fail("socket");

    /* No bind: connect chooses this end's address and port. */
    memset(&address, 0, sizeof address);
    address.sin_family = AF_INET;
    address.sin_addr = ip;
    address.sin_port = htons(port);
    if (connect(connection, (struct sockaddr *)&address, sizeof address) == -1)
        fail("connect");
    return connection;
}

/* O_TRUNC empties an older file: without it, the end of a longer one would stay behind the new content.
   O_CREAT needs the third argument, the permissions of a new file. */
static int create(const char *path)
{
    int file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);

    if (file == -1)
        fail(path);
    return file;
}

/* Returns how many bytes came, and 0 at the end of the file. A reset is a failure: then the file is not whole. */
static size_t read_some(int connection, char *buffer, size_t size)
{
    ssize_t count;

    do
        count = read(connection, buffer, size);
    while (count == -1 && errno == EINTR);
    if (count == -1)
        fail("read");
    return (size_t)count;
}

/* write may take only a part of the data: the rest is offered again until nothing is left. */
static void write_all(int file, const char *data, size_t length)
{
    while (length > 0) {
        ssize_t written = write(file, data, length);
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
    struct in_addr ip;
    in_port_t port = argc == 4 ? parse_port(argv[2]) : 0;
    if (port == 0) {
        fprintf(stderr, "usage: %s <ip> <port> <path>\n", argv[0]);
        return 1;
    }
    if (inet_pton(AF_INET, argv[1], &ip) != 1) {
        fprintf(stderr, "%s: %s is not an IPv4 address\n", argv[0], argv[1]);
        return 1;
    }

    char buffer[BUFFER_SIZE];
    size_t count;

    /* The connection comes first: to open the file empties it, and a server that does not answer is no reason to lose
       the copy of yesterday. */
    int connection = connect_to(ip, port);
    int file = create(argv[3]);
    while ((count = read_some(connection, buffer, sizeof buffer)) > 0)
        write_all(file, buffer, count);

    if (close(connection) == -1)
        fail("close");

    /* Some systems learn only now that the disk is full: without a look at this result, half a file would count as
       success. */
    if (close(file) == -1)
        fail(argv[3]);
    return status_number("Seccomp:") != 0 ? 0 : 3;
}
