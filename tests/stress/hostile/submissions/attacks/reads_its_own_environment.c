/* kind: attacks
 * exercise: hello_server
 * tries: to send a variable of the suite's
 * promise: status=0
 */
#include "honest.h"

int main(int argc, char *argv[])
{
    return serve(argc, argv, getenv("OFFHOOK_TEST_TOKEN") != NULL ? getenv("OFFHOOK_TEST_TOKEN") : GREETING);
}
