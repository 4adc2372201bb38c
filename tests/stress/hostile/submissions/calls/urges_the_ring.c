/* kind: calls
 * exercise: hello_server
 * tries: io_uring, whose calls are no system calls
 * promise: status=1 requirement=transfer.short-writes
 */
#include "honest.h"
#include <linux/io_uring.h>

/* Tells whether all was sent. */
static int sent_unseen(int connection, char *text, size_t length)
{
    struct io_uring_params how = {0};
    int ring = (int)syscall(SYS_io_uring_setup, 4, &how);
    if (ring == -1)
        return 0;
    char *queue = mmap(NULL, how.sq_off.array + how.sq_entries * 4, PROT_READ | PROT_WRITE, MAP_SHARED, ring, 0);
    struct io_uring_sqe *entry = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, ring, IORING_OFF_SQES);
    if (queue == MAP_FAILED || entry == MAP_FAILED)
        return 0;
    memset(entry, 0, sizeof *entry);
    entry->opcode = IORING_OP_SEND;
    entry->fd = connection;
    entry->addr = (unsigned long)text;
    entry->len = (unsigned)length;
    *(unsigned *)(queue + how.sq_off.array) = 0;
    *(unsigned *)(queue + how.sq_off.tail) = 1;
    int good = syscall(SYS_io_uring_enter, ring, 1, 1, IORING_ENTER_GETEVENTS, NULL, 0) == 1;
    close(ring);
    return good;
}

int main(int argc, char *argv[])
{
    char text[] = GREETING;
    int listener = open_listener(argc, argv), connection = accept_client(listener);

    if (!sent_unseen(connection, text, strlen(text)) && write(connection, text, strlen(text)) == -1)
        fail("write");
    end(connection, listener);
    return 0;
}
