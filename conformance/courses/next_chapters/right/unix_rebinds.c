/* Removes the path only where bind has failed, and writes it as an absolute one.
 * exercise: unix_echo_server
 */
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

int main(int argc, char *argv[])
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    char folder[PATH_MAX], buffer[256];

    if (argc != 2 || getcwd(folder, sizeof folder) == NULL) {
        fprintf(stderr, "usage: %s <path>\n", argv[0]);
        return 1;
    }
    if ((size_t)snprintf(address.sun_path, sizeof address.sun_path, "%s/%s", folder, argv[1]) >= sizeof address.sun_path)
        snprintf(address.sun_path, sizeof address.sun_path, "%s", argv[1]);
    signal(SIGPIPE, SIG_IGN);
    int listener = socket(AF_UNIX, SOCK_STREAM, 0);
    if (listener == -1) {
        perror("socket");
        return 1;
    }
    socklen_t size = sizeof address;
    if (bind(listener, (struct sockaddr *)&address, size) == -1) {
        if (errno != EADDRINUSE || unlink(address.sun_path) == -1 ||
            bind(listener, (struct sockaddr *)&address, size) == -1) {
            perror("bind");
            return 1;
        }
    }
    if (listen(listener, 5) == -1) {
        perror("listen");
        return 1;
    }
    for (;;) {
        int client = accept(listener, NULL, NULL);
        if (client == -1) {
            if (errno == EMFILE)
                sleep(1);
            continue;
        }
        for (;;) {
            ssize_t count = read(client, buffer, sizeof buffer);
            if (count == -1 && errno == EINTR)
                continue;
            if (count <= 0)
                break;
            ssize_t done = 0;
            while (done < count) {
                ssize_t some = write(client, buffer + done, (size_t)(count - done));
                if (some == -1 && errno != EINTR)
                    break;
                if (some > 0)
                    done += some;
            }
            if (done < count)
                break;
        }
        close(client);
    }
}
