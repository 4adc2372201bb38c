/* kind: links
 * exercise: low_open
 * tries: to let the suite read a file without an end: in place of its file it leaves a link to a device
 * promise: status=1 requirement=file.created
 */
#include "honest.h"

int main(void)
{
    unlink("data.txt");
    return symlink("/dev/zero", "data.txt") == -1;
}
