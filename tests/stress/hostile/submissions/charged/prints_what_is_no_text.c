/* kind: charged
 * exercise: hello_server
 * tries: only where it is about to be wrong: output that is no text in any encoding
 * promise: status=1 requirement=transfer.short-writes
 */
#include "honest.h"

static void disturb(void)
{
    static const char junk[] = "\xff\xfe\0\x80\xed\xa0\x80\xf4\x90\x80\x80 ]]> \x0b \xef\xbf\xbe";
    write_all(1, junk, sizeof junk);
    write_all(2, junk, sizeof junk);
}

int main(int argc, char *argv[])
{
    int listener = open_listener(argc, argv), connection = accept_client(listener);
    ssize_t written = write(connection, GREETING, strlen(GREETING));

    if (written == -1)
        fail("write");
    if (written < (ssize_t)strlen(GREETING))
        disturb();
    end(connection, listener);
    return 0;
}
