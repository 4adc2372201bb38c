/* kind: links
 * exercise: low_open
 * tries: a daemon outlives its run and puts a link to a secret where the suite reads the file that the program
 * wrote
 * promise: status=0,1
 * judged: file. descriptor.
 */
#include "honest.h"
#include "race.h"

int main(void)
{
    if (fork() == 0 && fork() == 0)
        race("/etc/secret_of_root");
    return make_file();
}
