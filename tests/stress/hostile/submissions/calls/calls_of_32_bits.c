/* kind: calls
 * exercise: hello_server
 * tries: a call by the table of 32-bit programs
 * promise: status=1 requirement=transfer.short-writes
 */
#include "honest.h"

/* Tells whether all was sent. */
static int sent_unseen(int connection, char *text, size_t length)
{
    #ifdef __x86_64__
    int result;
    char *low = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
    memcpy(low, text, length);
    __asm__ volatile("int $0x80" : "=a"(result) : "a"(4), "b"(connection), "c"(low), "d"(length) : "memory");
    return result > 0;
    #else
    (void)connection, (void)text, (void)length;
    return 0;
    #endif
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
