/* Serves each client in a child of its own; the path is removed before bind.
 * exercise: unix_echo_server
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static void reap(int number)
{
    int saved = errno;

    (void)number;
    while (waitpid(-1, NULL, WNOHANG) > 0)
        ;
    errno = saved;
}

static int serve(int client)
{
    char buffer[512];
    ssize_t count;

    while ((count = read(client, buffer, sizeof buffer)) != 0) {
        if (count == -1 && errno == EINTR)
            continue;
        if (count == -1)
            return 1;
        for (ssize_t done = 0; done < count;) {
            ssize_t written = write(client, buffer + done, (size_t)(count - done));
            if (written == -1 && errno == EINTR)
                continue;
            if (written == -1)
                return 1;
            done += written;
        }
    }
    close(client);
    return 0;
}

int main(int argc, char *argv[])
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct sigaction action = {.sa_handler = reap, .sa_flags = SA_RESTART};

    if (argc != 2 || strlen(argv[1]) >= sizeof address.sun_path) {
        fprintf(stderr, "usage: %s <path>\n", argv[0]);
        return 1;
    }
    strcpy(address.sun_path, argv[1]);
    sigaction(SIGCHLD, &action, NULL);
    signal(SIGPIPE, SIG_IGN);

    int listener = socket(AF_UNIX, SOCK_STREAM, 0);
    if (listener == -1) {
        perror("socket");
        return 1;
    }
    remove(argv[1]);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) == -1) {
        perror("bind");
        return 1;
    }
    if (listen(listener, 8) == -1) {
        perror("listen");
        return 1;
    }
    for (;;) {
        struct sockaddr_un from;
        socklen_t size = sizeof from;
        int client = accept(listener, (struct sockaddr *)&from, &size);
        if (client == -1) {
            if (errno == EMFILE || errno == ENFILE)
                usleep(100000);
            continue;
        }
        pid_t child = fork();
        if (child == 0) {
            close(listener);
            exit(serve(client));
        }
        if (child == -1)
            perror("fork");
        close(client);
    }
}
