/* kind: links
 * exercise: low_open
 * tries: to take all rights from its own directory, with its file made unreadable and immovable in it
 * promise: status=0,1
 */
#include "honest.h"

int main(void)
{
    int status = make_file();

    chmod("data.txt", 0);
    chmod(".", 0);
    return status;
}
