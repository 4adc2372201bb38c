// kind: builds
// tries: two headers include each other twice at each of two hundred levels: the compiler reads for ever
// promise: status=1 built=no
// apart: no
// tried: by hand

#if __INCLUDE_LEVEL__ < 190
#include "again.h"
#include "again.h"
#endif
