/* kind: bombs
 * exercise: hello_server
 * tries: a signal to itself every microsecond
 * within: 300
 * tried: by hand
 * judged: lifecycle.server-binds-reachable-address
 * promise: status=1
 */
#include "honest.h"

static void ignore(int number)
{
    (void)number;
}

int main(int argc, char *argv[])
{
    int listener = open_listener(argc, argv);
    struct itimerval soon = {{0, 1}, {0, 1}};

    signal(SIGALRM, ignore);
    setitimer(ITIMER_REAL, &soon, NULL);
    for (;;)
        kill(getpid(), SIGALRM);
    int connection = accept_client(listener);
    write_all(connection, GREETING, strlen(GREETING));
    end(connection, listener);
    return 0;
}
