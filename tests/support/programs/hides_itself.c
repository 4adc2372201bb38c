/* Forbids others to look into its memory, then goes through a short socket's life. */
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

int main(void)
{
    int tcp;

    prctl(PR_SET_DUMPABLE, 0);
    tcp = socket(AF_INET, SOCK_STREAM, 0);
    return close(tcp);
}
