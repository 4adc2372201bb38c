/* Sleeps for a moment, again and again. */
#include <unistd.h>

int main(void)
{
    for (;;)
        usleep(50000);
}
