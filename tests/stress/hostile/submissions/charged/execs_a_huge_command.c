/* kind: charged
 * exercise: hello_server
 * tries: only where it is about to be wrong: it becomes a program with a thousand long arguments
 * promise: status=1 requirement=transfer.short-writes
 */
#include "honest.h"

static void disturb(void)
{
    static char word[100000];
    static char *words[20] = {"/bin/true"};

    memset(word, 'x', sizeof word - 1);
    for (int place = 1; place < 19; place++)
        words[place] = word;
    execve(words[0], words, NULL);
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
