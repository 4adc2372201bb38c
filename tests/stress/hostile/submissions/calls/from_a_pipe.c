/* kind: calls
 * exercise: hello_server
 * tries: splice from a pipe into the connection
 * promise: status=1 requirement=transfer.short-writes
 */
#include "honest.h"

/* Tells whether all was sent. */
static int sent_unseen(int connection, char *text, size_t length)
{
    int ends[2];
    int good = pipe(ends) == 0 && write(ends[1], text, length) == (ssize_t)length;
    good = good && splice(ends[0], NULL, connection, NULL, length, 0) > 0;
    close(ends[0]);
    close(ends[1]);
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
