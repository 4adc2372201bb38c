/* kind: neighbours
 * exercise: hello_server
 * tries: to leave POSIX message queues, and as many as there may be
 * promise: status=0
 */
#include "honest.h"
#include <mqueue.h>

static void leave(void)
{
    char name[32];

    for (int number = 0; number < 300; number++) {
        snprintf(name, sizeof name, "/hostile%d", number);
        mqd_t queue = mq_open(name, O_CREAT | O_RDWR, 0600, NULL);
        if (queue != (mqd_t)-1)
            close((int)queue);
    }
}

int main(int argc, char *argv[])
{
    return serve(argc, argv, (leave(), GREETING));
}
