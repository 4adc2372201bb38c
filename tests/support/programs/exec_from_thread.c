/* A thread that is not the leader loads another program: this one again, which then opens and closes a socket. */
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

static void *become(void *self)
{
    execl(self, "again", "again", (char *)NULL);
    return NULL;
}

int main(int argc, char **argv)
{
    pthread_t thread;

    if (argc > 1)
        return close(socket(AF_INET, SOCK_STREAM, 0));
    pthread_create(&thread, NULL, become, argv[0]);
    pthread_join(thread, NULL);
    return 1;
}
