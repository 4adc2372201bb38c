/* kind: builds
 * exercise: hello_server
 * tries: to let the assembler make a program of a terabyte
 * promise: status=1 built=no
 * needs: memory
 */
#include "honest.h"

__asm__(".pushsection .data\n.rept 1000000000\n.quad 1, 2, 3, 4, 5, 6, 7, 8, 9\n.endr\n.popsection");

int main(int argc, char *argv[])
{
    return serve(argc, argv, GREETING);
}
