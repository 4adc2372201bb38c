/* Opens the file for reading, and does not notice that nothing is written.
 * exercise: low_open
 * breaks: file.access-mode
 * may: file.truncated (nothing is written), file.created (nothing is written), file.partial-io (nothing is written),
 *      robust.failed-transfer-reported (nothing is written), robust.interrupted-calls (nothing is written),
 *      robust.failed-setup-reported (nothing is written), file.close-checked (nothing is written),
 *      descriptor.closed-once (nothing is written), descriptor.right-kind (nothing is written),
 *      descriptor.numbers-not-assumed (nothing is written), descriptor.standard-streams (nothing is written),
 *      robust.own-signals (nothing is written), robust.no-busy-wait (nothing is written)
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void fail(const char *call)
{
    perror(call);
    exit(1);
}

int main(void)
{
    const char *text = "Let's go!\n";
    size_t length = strlen(text);
    int file = open("data.txt", O_RDONLY | O_CREAT | O_TRUNC, 0644);

    if (file == -1)
        fail("open");
    write(file, text, length);
    if (close(file) == -1)
        fail("close");
    return 0;
}
