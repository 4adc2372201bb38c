/* What Visual Studio's library has of C11, and mingw's only where it is told to use the newer one of Windows. */
#include_next <time.h>
#ifndef TIME_UTC
#define TIME_UTC 1
#ifdef __cplusplus
extern "C"
#endif
int timespec_get(struct timespec *now, int base);
#endif
