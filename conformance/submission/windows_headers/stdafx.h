/* Stands for the precompiled header that Visual Studio puts into a new project. */
#ifndef OFFHOOK_STDAFX_H
#define OFFHOOK_STDAFX_H
#include <winsock2.h>
#include <ws2tcpip.h>
#include <stdio.h>
#include <tchar.h>
#endif
