/* kind: charged
 * exercise: hello_server
 * tries: only where it is about to be wrong: a file whose name is no UTF-8
 * promise: status=1 requirement=transfer.short-writes
 */
#include "honest.h"

static void disturb(void)
{
    put("\xff\xfe\x80", "");
    mkdir("\xc0\xaf", 0755);
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
