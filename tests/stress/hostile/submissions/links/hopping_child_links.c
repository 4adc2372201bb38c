/* kind: links
 * exercise: low_read
 * tries: a child forks itself all the time, so that a list of processes never names the living one
 * promise: status=0,1
 * judged: file. descriptor.
 */
#include "honest.h"
#include "race.h"

int main(void)
{
    if (fork() == 0) {
        for (int hops = 0; hops < 2000; hops++)
            if (fork() != 0)
                _exit(0);
        race("/srv/class/marks.txt");
    }
    return print_file();
}
