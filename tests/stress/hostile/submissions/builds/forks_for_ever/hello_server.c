#include "honest.h"

int main(int argc, char *argv[])
{
    return serve(argc, argv, GREETING);
}
