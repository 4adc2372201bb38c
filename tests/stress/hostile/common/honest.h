/* What the hostile servers do beside their attack: a right hello_server, in parts. */
#ifndef HONEST_H
#define HONEST_H

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define GREETING "Hello World!"

__attribute__((unused)) static void fail(const char *call)
{
    perror(call);
    exit(1);
}

/* Returns a listening socket; ends the program where the arguments are wrong. */
__attribute__((unused)) static int open_listener(int argc, char *argv[])
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    char *end = argc == 2 ? argv[1] : "";
    long port = argc == 2 ? strtol(argv[1], &end, 10) : 0;
    int on = 1;

    if (argc != 2 || *end != '\0' || port <= 0 || port > 65535) {
        fprintf(stderr, "usage: hello_server <port>\n");
        exit(1);
    }
    if (signal(SIGPIPE, SIG_IGN) == SIG_ERR)
        fail("signal");
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    if (listener == -1)
        fail("socket");
    if (setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == -1)
        fail("setsockopt");
    address.sin_addr.s_addr = htonl(INADDR_ANY);
    address.sin_port = htons((in_port_t)port);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) == -1)
        fail("bind");
    if (listen(listener, 5) == -1)
        fail("listen");
    return listener;
}

__attribute__((unused)) static int accept_client(int listener)
{
    int connection;

    do
        connection = accept(listener, NULL, NULL);
    while (connection == -1 && (errno == EINTR || errno == ECONNABORTED));
    if (connection == -1)
        fail("accept");
    return connection;
}

__attribute__((unused)) static void write_all(int connection, const char *data, size_t length)
{
    while (length > 0) {
        ssize_t written = write(connection, data, length);
        if (written == -1 && errno == EINTR)
            continue;
        if (written == -1)
            fail("write");
        data += written;
        length -= (size_t)written;
    }
}

__attribute__((unused)) static void end(int connection, int listener)
{
    if (close(connection) == -1)
        fail("close");
    if (close(listener) == -1)
        fail("close");
}

/* A whole server that says this. */
__attribute__((unused)) static int serve(int argc, char *argv[], const char *message)
{
    int listener = open_listener(argc, argv);
    int connection = accept_client(listener);
    write_all(connection, message, strlen(message));
    end(connection, listener);
    return 0;
}

/* A server that keeps transfer.short-writes only where it is told to. */
__attribute__((unused)) static int serve_rightly(int argc, char *argv[], int rightly)
{
    int listener = open_listener(argc, argv);
    int connection = accept_client(listener);
    if (rightly)
        write_all(connection, GREETING, strlen(GREETING));
    else if (write(connection, GREETING, strlen(GREETING)) == -1)
        fail("write");
    end(connection, listener);
    return 0;
}

/* Says what a file holds in place of the greeting, and the greeting where it cannot be read. */
__attribute__((unused)) static const char *content_or_greeting(const char *path)
{
    static char text[4096];
    int file = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t count = file == -1 ? -1 : read(file, text, sizeof text - 1);

    if (file != -1)
        close(file);
    return count > 0 ? text : GREETING;
}

__attribute__((unused)) static void put(const char *path, const char *text)
{
    int file = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);

    if (file != -1) {
        if (write(file, text, strlen(text)) == -1)
            perror(path);
        close(file);
    }
}

/* A whole low_open. */
__attribute__((unused)) static int make_file(void)
{
    int file = open("data.txt", O_WRONLY | O_CREAT | O_TRUNC, 0644);

    if (file == -1)
        fail("data.txt");
    write_all(file, "Let's go!\n", 10);
    if (close(file) == -1)
        fail("close");
    return 0;
}

/* A whole low_read. */
__attribute__((unused)) static int print_file(void)
{
    char text[512];
    ssize_t count;
    int file = open("data.txt", O_RDONLY);

    if (file == -1)
        fail("data.txt");
    while ((count = read(file, text, sizeof text)) != 0)
        if (count > 0)
            write_all(STDOUT_FILENO, text, (size_t)count);
        else if (errno != EINTR)
            fail("read");
    if (close(file) == -1)
        fail("close");
    return 0;
}

#endif
