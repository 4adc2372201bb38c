/* What Visual Studio's library has and mingw's lacks. It is compiled as C or as C++, as the program is. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

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

#ifdef __cplusplus
#define LIBRARY extern "C"
extern "C" {
#else
#define LIBRARY
#endif
/* As windows.h has it, which would take longer to read than all of this. */
__declspec(dllimport) void __stdcall GetSystemTimeAsFileTime(unsigned long long *tenths_of_microseconds);
#ifdef __cplusplus
}
#endif

enum { A_SECOND = 10000000 /* of what Windows counts in */ };

LIBRARY int timespec_get(struct timespec *now, int base)
{
    unsigned long long passed;

    if (base != TIME_UTC)
        return 0;
    GetSystemTimeAsFileTime(&passed);
    passed -= 116444736000000000ULL; /* from 1601 to 1970 */
    now->tv_sec = (time_t)(passed / A_SECOND);
    now->tv_nsec = (long)(passed % A_SECOND) * 100;
    return base;
}

static errno_t copy_of_environment(char **copy, size_t *size, const char *name)
{
    const char *value = getenv(name);

    *copy = value == NULL ? NULL : strdup(value);
    if (size != NULL)
        *size = value == NULL ? 0 : strlen(value) + 1;
    return value != NULL && *copy == NULL ? ENOMEM : 0;
}

extern errno_t (*const imported_dupenv_s)(char **, size_t *, const char *) __asm__("__imp__dupenv_s");
errno_t (*const imported_dupenv_s)(char **, size_t *, const char *) = copy_of_environment;

/* What a build with -fsanitize=bounds calls at an index that is outside of its array: told once for each place. */
struct place {
    const char *file;
    unsigned line, column;
};

struct type {
    unsigned short kind, info;
    char name[1];
};

struct out_of_bounds {
    struct place place;
    const struct type *array, *index;
};

enum { TOLD = -1 };

LIBRARY void __ubsan_handle_out_of_bounds(void *given, void *index)
{
    struct out_of_bounds *data = (struct out_of_bounds *)given;
    struct place *place = &data->place;

    if (place->column == (unsigned)TOLD)
        return;
    fprintf(stderr, "%s:%u:%u: runtime error: index %lld out of bounds for type %s\n", place->file, place->line,
            place->column, (long long)(size_t)index, data->array->name);
    place->column = (unsigned)TOLD;
}
