/* kind: attacks
 * exercise: hello_server
 * tries: to leave a daemon that ignores every signal
 * promise: status=0,1
 */
#include "honest.h"

int main(int argc, char *argv[])
{
    if (fork() == 0) {
        setsid();
        if (fork() != 0)
            _exit(0);
        for (int number = 1; number < 65; number++)
            signal(number, SIG_IGN);
        for (;;)
            pause();
    }
    return serve(argc, argv, GREETING);
}
