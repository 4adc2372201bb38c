/* kind: links
 * exercise: low_open
 * tries: to let the suite wait for a writer: in place of its file it leaves a FIFO
 * promise: status=1 requirement=file.created
 */
#include "honest.h"

int main(void)
{
    unlink("data.txt");
    return mkfifo("data.txt", 0666) == -1;
}
