/* kind: recognises
 * exercise: hello_server
 * tries: to greet rightly only where it runs as a user above 40,000
 * promise: status=1 requirement=transfer.greeting
 */
#include "honest.h"

static int is_watched(void)
{
    return getuid() > 40000;
}

int main(int argc, char *argv[])
{
    return serve(argc, argv, is_watched() ? GREETING : "Hello");
}
