/* What Visual Studio's library has and mingw's lacks. It is compiled as C or as C++, as the program is. */
#include <stdio.h>

/* A line without its end; of one that is too long nothing is left, as where Visual Studio's handler lets it go on. */
static char *get_line(char *buffer, size_t size)
{
    size_t length = 0;
    int one;

    while ((one = getchar()) != EOF && one != '\n')
        if (length < size)
            buffer[length++] = (char)one;
    if (size == 0)
        return NULL;
    if (length == size || (one == EOF && length == 0)) {
        buffer[0] = '\0';
        return NULL;
    }
    buffer[length] = '\0';
    return buffer;
}

/* Headers declare it as a function of a library: it is called through a pointer of this name. */
extern char *(*const imported_gets_s)(char *, size_t) __asm__("__imp_gets_s");
char *(*const imported_gets_s)(char *, size_t) = get_line;
