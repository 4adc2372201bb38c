/* A thread that has nothing to do with the server waits some milliseconds so many times, and then ends the program. */
#include <netinet/in.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static int times, milliseconds;

static void *count(void *unused)
{
    pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
    pthread_mutex_lock(&mutex);
    for (int i = 0; i < times; i++) {
        struct timespec until;
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_sec += milliseconds / 1000;
        until.tv_nsec += milliseconds % 1000 * 1000000L;
        until.tv_sec += until.tv_nsec / 1000000000;
        until.tv_nsec %= 1000000000;
        pthread_cond_timedwait(&condition, &mutex, &until);
    }
    exit(3);
    return unused;
}

int main(int argc, char *argv[])
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((unsigned short) atoi(argv[1]))};
    pthread_t thread;
    if (argc != 4)
        return 1;
    times = atoi(argv[2]);
    milliseconds = atoi(argv[3]);
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    bind(listener, (struct sockaddr *) &address, sizeof address);
    listen(listener, 5);
    pthread_create(&thread, NULL, count, NULL);
    for (;;)
        close(accept(listener, NULL, NULL));
}
