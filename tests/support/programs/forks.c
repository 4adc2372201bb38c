/* Forks a child that forks a grandchild; each writes its generation to a socket pair that all share. */
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static int generation(int depth)
{
    int tcp = socket(AF_INET, SOCK_STREAM, 0);

    if (depth < 2) {
        if (fork() == 0)
            return generation(depth + 1);
        wait(NULL);
    }
    close(tcp);
    return depth;
}

int main(void)
{
    return generation(0);
}
