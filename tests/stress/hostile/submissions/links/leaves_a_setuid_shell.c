/* kind: links
 * exercise: low_open
 * tries: to leave a shell that becomes its owner in its directory and where files of all lie
 * promise: status=0,1
 */
#include "honest.h"
#include <sys/sendfile.h>

static void copy_to(const char *path)
{
    int from = open("/bin/sh", O_RDONLY), to = open(path, O_WRONLY | O_CREAT, 0755);
    if (from != -1 && to != -1 && sendfile(to, from, NULL, 1 << 20) > 0)
        fchmod(to, 06755);
}

int main(void)
{
    copy_to("shell");
    copy_to("/tmp/shell");
    copy_to("/var/tmp/shell");
    return make_file();
}
