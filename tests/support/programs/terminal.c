/* Says which of its streams are a terminal, then shows each line of its input, and its end. */
#include <stdio.h>
#include <unistd.h>

int main(void)
{
    char line[100];

    printf("%d%d%d\n", isatty(0), isatty(1), isatty(2));
    while (fgets(line, sizeof line, stdin) != NULL)
        printf("<%s>", line);
    printf("end\n");
    return 0;
}
