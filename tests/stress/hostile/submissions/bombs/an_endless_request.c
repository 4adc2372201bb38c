/* kind: bombs
 * exercise: echo_client
 * tries: a client that sends without end, and reads nothing
 * promise: status=1
 * judged: transfer.
 */
#include "honest.h"

int main(int argc, char *argv[])
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    static char many[1 << 16];
    int connection = socket(AF_INET, SOCK_STREAM, 0);

    if (argc != 3)
        return 1;
    address.sin_port = htons((in_port_t)atoi(argv[2]));
    inet_pton(AF_INET, argv[1], &address.sin_addr);
    if (connect(connection, (struct sockaddr *)&address, sizeof address) == -1)
        fail("connect");
    for (;;)
        write_all(connection, many, sizeof many);
}
