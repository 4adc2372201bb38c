#include "honest.h"

int main(int argc, char *argv[])
{
    return serve_rightly(argc, argv, 0);
}
