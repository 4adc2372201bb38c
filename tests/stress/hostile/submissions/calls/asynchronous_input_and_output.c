/* kind: calls
 * exercise: hello_server
 * tries: io_submit, the kernel's older asynchronous input and output
 * promise: status=1 requirement=transfer.short-writes
 */
#include "honest.h"
#include <linux/aio_abi.h>

/* Tells whether all was sent. */
static int sent_unseen(int connection, char *text, size_t length)
{
    aio_context_t context = 0;
    struct iocb block = {.aio_fildes = (unsigned)connection, .aio_lio_opcode = IOCB_CMD_PWRITE};
    struct iocb *blocks[] = {&block};
    struct io_event event;
    block.aio_buf = (unsigned long)text;
    block.aio_nbytes = length;
    if (syscall(SYS_io_setup, 4, &context) == -1)
        return 0;
    int good = syscall(SYS_io_submit, context, 1, blocks) == 1;
    good = good && syscall(SYS_io_getevents, context, 1, 1, &event, NULL) == 1 && event.res > 0;
    syscall(SYS_io_destroy, context);
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
