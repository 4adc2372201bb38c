/* kind: neighbours
 * exercise: hello_server
 * tries: to write into a file that every user of the machine may write
 * promise: status=0
 */
#include "honest.h"

int main(int argc, char *argv[])
{
    return serve(argc, argv, (put("/srv/class/board.txt", "mallory was here"), GREETING));
}
