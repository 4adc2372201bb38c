/* kind: forges
 * exercise: hello_server
 * tries: elements and scripts in what it prints and sends
 * promise: status=1
 */
#include "honest.h"

int main(int argc, char *argv[])
{
    static const char words[] = "<forged></forged><img src=x onerror=forged()>\"><svg onload=forged()>'><script>forged()</script>]]><forged/>--></style></title></textarea><forged>{{forged}}{%forged%}[bold]forged[/bold]";

    write_all(1, words, sizeof words - 1);
    write_all(2, words, sizeof words - 1);
    return serve(argc, argv, words);
}
