/* kind: forges
 * exercise: hello_server
 * tries: everything right, and a crash once all is done
 * promise: status=1
 */
#include "honest.h"

__attribute__((destructor)) static void crash(void)
{
    abort();
}

int main(int argc, char *argv[])
{
    return serve(argc, argv, GREETING);
}
