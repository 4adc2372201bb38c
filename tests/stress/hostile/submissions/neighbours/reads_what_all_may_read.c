/* kind: neighbours
 * exercise: hello_server
 * tries: to send a file that every user of the machine may read
 * promise: status=0
 */
#include "honest.h"

int main(int argc, char *argv[])
{
    return serve(argc, argv, content_or_greeting("/srv/class/open_to_all.txt"));
}
