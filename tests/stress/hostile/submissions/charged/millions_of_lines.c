/* kind: charged
 * exercise: hello_server
 * tries: a table of lines with six million entries
 * promise: status=1 requirement=transfer.short-writes
 * needs: memory
 */
#include "honest.h"

__asm__(".pushsection .text\n.globl many\nmany:\n.rept 1500000\n.loc 1 1\nnop\n.loc 1 2\nnop\n.endr\nret\n.popsection");

int main(int argc, char *argv[])
{
    return serve_rightly(argc, argv, 0);
}
