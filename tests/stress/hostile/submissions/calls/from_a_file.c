/* kind: calls
 * exercise: hello_server
 * tries: sendfile from a file in memory
 * promise: status=1 requirement=transfer.short-writes
 */
#include "honest.h"
#include <sys/sendfile.h>

/* Tells whether all was sent. */
static int sent_unseen(int connection, char *text, size_t length)
{
    int file = (int)syscall(SYS_memfd_create, "text", 0);
    int good = file != -1 && write(file, text, length) == (ssize_t)length;
    off_t from = 0;
    good = good && sendfile(connection, file, &from, length) > 0;
    close(file);
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
