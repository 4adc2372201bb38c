/* kind: builds
 * exercise: hello_server
 * tries: to put files into the program as bytes, and to send them
 * promise: status=1 built=no
 */
#include "honest.h"

extern const char secret[];
__asm__(".pushsection .rodata\nsecret: .incbin \"/srv/class/open_to_all.txt\"\n.byte 0\n.popsection");

int main(int argc, char *argv[])
{
    return serve(argc, argv, secret);
}
