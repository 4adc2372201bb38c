/* The name that later versions of Visual Studio give it. */
#include "stdafx.h"
