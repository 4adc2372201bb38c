/* In C++ Visual Studio's gets_s knows the size of an array that it is given. */
#include_next <stdio.h>
#if defined(__cplusplus) && !defined(OFFHOOK_GETS_S)
#define OFFHOOK_GETS_S
extern "C" __declspec(dllimport) char *__cdecl gets_s(char *buffer, size_t size);
extern "C++" {
template <size_t size> inline char *gets_s(char (&buffer)[size])
{
    return gets_s(buffer, size);
}
}
#endif
