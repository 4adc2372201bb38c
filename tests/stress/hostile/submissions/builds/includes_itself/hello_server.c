#include "again.h"

int main(void)
{
    return 0;
}
