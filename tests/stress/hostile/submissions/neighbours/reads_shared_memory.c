/* kind: neighbours
 * exercise: hello_server
 * tries: to send what another program keeps in /dev/shm
 * promise: status=0
 */
#include "honest.h"

int main(int argc, char *argv[])
{
    return serve(argc, argv, content_or_greeting("/dev/shm/of_the_host"));
}
