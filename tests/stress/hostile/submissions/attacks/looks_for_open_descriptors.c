/* kind: attacks
 * exercise: hello_server
 * tries: to send what stands behind a descriptor that it did not open
 * promise: status=0
 * judged: transfer.greeting
 */
#include "honest.h"

static const char *inherited(void)
{
    for (int number = 3; number < 2000; number++)
        if (fcntl(number, F_GETFD) != -1)
            return "there is one";
    return GREETING;
}

int main(int argc, char *argv[])
{
    return serve(argc, argv, inherited());
}
