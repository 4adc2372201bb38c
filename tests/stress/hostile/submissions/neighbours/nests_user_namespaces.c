/* kind: neighbours
 * exercise: hello_server
 * tries: to become root in a user namespace, where more of the kernel can be attacked
 * promise: status=0
 */
#include "honest.h"

int main(int argc, char *argv[])
{
    return serve(argc, argv, unshare(CLONE_NEWUSER) == 0 ? "root in a namespace" : GREETING);
}
