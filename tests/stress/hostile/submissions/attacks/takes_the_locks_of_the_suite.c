/* kind: attacks
 * exercise: hello_server
 * tries: to hold the names by which sandboxes share out users and processors
 * promise: status=0,1
 * beside: session
 */
#include "honest.h"

int main(int argc, char *argv[])
{
    char name[64];

    for (int user = 40001; user < 41100; user++) {
        struct sockaddr_un address = {.sun_family = AF_UNIX};
        int length = snprintf(name, sizeof name, "offhook-sandbox-on-user-%d", user);
        int line = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        memcpy(address.sun_path + 1, name, (size_t)length);
        if (line != -1)
            bind(line, (struct sockaddr *)&address, (socklen_t)(sizeof(sa_family_t) + 1 + (size_t)length));
    }
    return serve(argc, argv, GREETING);
}
