/* kind: neighbours
 * exercise: hello_server
 * tries: to send what lies in another student's folder, which every user of the machine may read
 * promise: status=0
 */
#include "honest.h"

int main(int argc, char *argv[])
{
    return serve(argc, argv, content_or_greeting("/srv/class/anna/notes.txt"));
}
