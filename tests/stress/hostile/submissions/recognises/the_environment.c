/* kind: recognises
 * exercise: hello_server
 * tries: to greet rightly only where its variables are those of the suite
 * promise: status=1 requirement=transfer.greeting
 */
#include "honest.h"

static int is_watched(void)
{
    const char *home = getenv("HOME"), *temporary = getenv("TMPDIR");

    return home != NULL && temporary != NULL && strcmp(home, temporary) == 0;
}

int main(int argc, char *argv[])
{
    return serve(argc, argv, is_watched() ? GREETING : "Hello");
}
