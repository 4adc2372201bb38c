/* Sends each line of standard input to an echo server over a Unix-domain socket, and prints what comes back.
 *
 * Such a socket carries a stream of bytes: the answer to one line may come in several parts. The client knows how long the answer
 * is, as long as the line, and reads until it has all of it.
 */
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { BUFFER_SIZE = 1024 };

/* Says which call failed and why, and ends the program with a status that a shell takes for a failure. */
static void fail(const char *call)
{
    perror(call);
    exit(1);
}

/* A path must fit into the address with its final NUL: sun_path holds 108 bytes on Linux, 92 elsewhere. */
static struct sockaddr_un address_of(const char *path)
{
    struct sockaddr_un address;

    memset(&address, 0, sizeof address);
    address.sun_family = AF_UNIX;
    if (strlen(path) >= sizeof address.sun_path) {
        fprintf(stderr, "%s: the path is too long\n", path);
        exit(1);
    }
    strcpy(address.sun_path, path);
    return address;
}

static int connect_to(const char *path)
{
    struct sockaddr_un address = address_of(path);

    int connection = socket(AF_UNIX, SOCK_STREAM, 0);
    if (connection == -1)
        fail("socket");
    if (connect(connection, (struct sockaddr *)&address, sizeof address) == -1)
        fail("connect");
    return connection;
}

/* write may take only a part of the data: the rest is offered again until nothing is left. */
static void write_all(int connection, const char *data, size_t length)
{
    while (length > 0) {
        ssize_t written = write(connection, data, length);
        if (written == -1 && errno == EINTR)
            continue;
        if (written == -1)
            fail("write");
        data += written;
        length -= (size_t)written;
    }
}

/* Returns how many bytes came. Here the end of the connection is a failure too: it comes while an answer is owed. */
static size_t read_some(int connection, char *buffer, size_t size)
{
    ssize_t count;

    do
        count = read(connection, buffer, size);
    while (count == -1 && errno == EINTR);
    if (count == -1)
        fail("read");
    if (count == 0) {
        fprintf(stderr, "the server ended the connection in the middle of its answer\n");
        exit(1);
    }
    return (size_t)count;
}

/* No more is asked for than is owed, so that the answer to the next line is left for the next line. */
static void print_answer(int connection, size_t owed)
{
    char buffer[BUFFER_SIZE];

    while (owed > 0) {
        size_t count = read_some(connection, buffer, owed < sizeof buffer ? owed : sizeof buffer);
        if (fwrite(buffer, 1, count, stdout) != count)
            fail("standard output");
        owed -= count;
    }
    /* A person waits for the answer before typing on. */
    if (fflush(stdout) == EOF)
        fail("standard output");
}

/* The last line may have no newline. */
static bool says_quit(const char *line, size_t length)
{
    if (length > 0 && line[length - 1] == '\n')
        length--;
    return length == 1 && (line[0] == 'Q' || line[0] == 'q');
}

/* getline takes lines of any length. A fixed buffer would cut a long one, and its rest might look like a line Q. */
static void converse(int connection)
{
    char *line = NULL;
    size_t size = 0;
    ssize_t length;

    while ((length = getline(&line, &size, stdin)) != -1 && !says_quit(line, (size_t)length)) {
        write_all(connection, line, (size_t)length);
        print_answer(connection, (size_t)length);
    }
    if (ferror(stdin))
        fail("standard input");
    free(line);
}

int main(int argc, char *argv[])
{
    if (argc != 2) {
        fprintf(stderr, "usage: %s <path>\n", argv[0]);
        return 1;
    }

    /* Writing to a server that has left raises SIGPIPE, which would end the program without a word.
       Ignored, it leaves write to fail with EPIPE, and that is reported. */
    if (signal(SIGPIPE, SIG_IGN) == SIG_ERR)
        fail("signal");

    int connection = connect_to(argv[1]);
    converse(connection);
    if (close(connection) == -1)
        fail("close");
    return 0;
}
