/* Four threads write one byte each, ten times, to /dev/null through their own descriptors. */
#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

static void *work(void *unused)
{
    int fd = open("/dev/null", O_WRONLY);

    for (int i = 0; i < 10; i++)
        if (write(fd, "x", 1) != 1)
            return unused;
    close(fd);
    return NULL;
}

int main(void)
{
    pthread_t threads[4];

    for (int i = 0; i < 4; i++)
        pthread_create(&threads[i], NULL, work, NULL);
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    return 0;
}
