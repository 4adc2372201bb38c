/* kind: recognises
 * exercise: hello_server
 * tries: to greet rightly only where its parent is the first process, or none that it can see
 * promise: status=1 requirement=transfer.greeting
 */
#include "honest.h"

static int is_watched(void)
{
    return getppid() <= 1;
}

int main(int argc, char *argv[])
{
    return serve(argc, argv, is_watched() ? GREETING : "Hello");
}
