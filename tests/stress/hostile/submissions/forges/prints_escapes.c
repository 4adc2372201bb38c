/* kind: forges
 * exercise: hello_server
 * tries: escapes of terminals in what it prints and sends
 * promise: status=1
 */
#include "honest.h"

int main(int argc, char *argv[])
{
    static const char words[] = "\033]0;forged\007\033[2J\033[31m\033]8;;http://forged\033\\\302\233 31m\r\b\b\f\177\302\205";

    write_all(1, words, sizeof words - 1);
    write_all(2, words, sizeof words - 1);
    return serve(argc, argv, words);
}
