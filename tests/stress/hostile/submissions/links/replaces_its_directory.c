/* kind: links
 * exercise: low_open
 * tries: to put a link in place of its own directory, to where only root may write
 * promise: status=0,1
 */
#include "honest.h"

int main(void)
{
    char own[4096];
    int status = make_file();

    if (getcwd(own, sizeof own) != NULL && unlink("data.txt") == 0 && rmdir(own) == 0)
        return symlink("/srv/class", own) == -1;
    return status;
}
