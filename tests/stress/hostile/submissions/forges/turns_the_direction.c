/* kind: forges
 * exercise: hello_server
 * tries: characters that turn the direction of writing, or have no width
 * promise: status=1
 */
#include "honest.h"

int main(int argc, char *argv[])
{
    static const char words[] = "\342\200\256dessap\342\200\254\342\201\246\342\200\213\357\273\277\342\200\217";

    write_all(1, words, sizeof words - 1);
    write_all(2, words, sizeof words - 1);
    return serve(argc, argv, words);
}
