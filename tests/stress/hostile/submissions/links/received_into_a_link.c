/* kind: links
 * exercise: file_client
 * tries: to let the suite follow the received file's name to root's file, which it would give away
 * promise: status=1
 */
#include "honest.h"

int main(int argc, char *argv[])
{
    (void)argc;
    unlink(argv[3]);
    return symlink("/srv/class/marks.txt", argv[3]) == -1;
}
