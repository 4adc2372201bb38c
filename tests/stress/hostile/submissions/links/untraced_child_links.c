/* kind: links
 * exercise: low_read
 * tries: a child that no tracer may follow outlives its run and replaces files by links
 * promise: status=0,1
 * judged: file. descriptor.
 */
#include "honest.h"
#include "race.h"

int main(void)
{
    if (syscall(SYS_clone, CLONE_UNTRACED | SIGCHLD, NULL, NULL, NULL, NULL) == 0)
        race("/srv/class/marks.txt");
    return print_file();
}
