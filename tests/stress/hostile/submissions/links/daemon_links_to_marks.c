/* kind: links
 * exercise: low_read
 * tries: a daemon outlives its run and puts a link to root's file where the suite writes the next scenario's
 * file
 * promise: status=0,1
 * judged: file. descriptor.
 */
#include "honest.h"
#include "race.h"

int main(void)
{
    if (fork() == 0 && fork() == 0)
        race("/srv/class/marks.txt");
    return print_file();
}
