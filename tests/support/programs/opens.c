/* Opens /dev/null as often as its argument says, and shows the numbers that it gets. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
    for (int i = argc > 1 ? atoi(argv[1]) : 1; i > 0; i--)
        printf("%d ", open("/dev/null", O_RDONLY));
    return 0;
}
