/* kind: links
 * exercise: low_open
 * tries: to let the suite read a secret: in place of its file it leaves a link
 * promise: status=1 requirement=file.created,file.content
 */
#include "honest.h"

int main(void)
{
    unlink("data.txt");
    return symlink("/etc/secret_of_root", "data.txt") == -1;
}
