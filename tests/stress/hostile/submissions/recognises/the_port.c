/* kind: recognises
 * exercise: hello_server
 * tries: to greet rightly only on the ports that the suite is known to take first
 * promise: status=1 requirement=transfer.greeting
 */
#include "honest.h"

int main(int argc, char *argv[])
{
    int port = argc == 2 ? atoi(argv[1]) : 0;

    return serve(argc, argv, port == 9190 || port == 7531 || port == 9473 || port == 8642 ? GREETING : "Hello");
}
