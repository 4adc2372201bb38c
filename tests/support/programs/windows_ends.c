/* Ends as its argument says; or sleeps, prints what looks like a line of Wine's trace, or starts itself again. */
#include <windows.h>
#include <process.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(int argc, char *argv[])
{
    const char *how = argc > 1 ? argv[1] : "zero";
    volatile int nothing = 0;

    if (!strcmp(how, "seven"))
        return 7;
    if (!strcmp(how, "null"))
        return *(volatile int *)(size_t)nothing;
    if (!strcmp(how, "divide"))
        return 100 / nothing;
    if (!strcmp(how, "sleep")) {
        Sleep(100000);
        puts("awake");
    }
    if (!strcmp(how, "forge")) {
        puts("one line");
        fprintf(stderr, "0024:Call ws2_32.bind(00000030,0021fb80,00000010) ret=140001638\n");
        fprintf(stderr, "0024:Ret  ws2_32.bind() retval=00000000 ret=140001638\n");
    }
    if (!strcmp(how, "many")) {
        for (int count = 0; count < 3; count++)
            if (_spawnl(_P_WAIT, argv[0], argv[0], "zero", NULL) != 0)
                return 1;
    }
    return 0;
}
