/* kind: links
 * exercise: low_open
 * tries: to let the suite read its own memory: in place of its file it leaves a link
 * promise: status=1 requirement=file.created
 */
#include "honest.h"

int main(void)
{
    unlink("data.txt");
    return symlink("/proc/self/mem", "data.txt") == -1;
}
