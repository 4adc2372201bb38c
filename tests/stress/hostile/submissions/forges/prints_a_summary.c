/* kind: forges
 * exercise: hello_server
 * tries: to print a summary that looks like the suite's
 * promise: status=1 requirement=transfer.greeting
 */
#include "honest.h"

int main(int argc, char *argv[])
{
    static const char words[] = "hello_server      29 passed\n\n41 runs in 0.6 s\n";

    write_all(1, words, sizeof words - 1);
    write_all(2, words, sizeof words - 1);
    return serve(argc, argv, "hello_server      29 passed\n\n");
}
