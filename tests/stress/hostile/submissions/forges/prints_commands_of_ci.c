/* kind: forges
 * exercise: hello_server
 * tries: commands of CI in what it prints and sends
 * promise: status=1
 * arguments: --github
 */
#include "honest.h"

int main(int argc, char *argv[])
{
    static const char words[] = "\n::set-output name=forged::1\n::add-mask::passed\n::stop-commands::forged\n##[error]forged\n";

    write_all(1, words, sizeof words - 1);
    write_all(2, words, sizeof words - 1);
    return serve(argc, argv, words);
}
