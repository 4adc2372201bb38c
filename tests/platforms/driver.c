/* Makes the calls that it is asked for, and says what each was answered: a line in, a line out.
 *
 *   POSIX    gcc driver.c -pthread
 *   Windows  x86_64-w64-mingw32-gcc driver.c -lws2_32
 *
 * A socket has a letter for a name. An answer is a number, the name of an error, a word, or `none` where the platform
 * has no such call. `begin` lets a second thread make a call that may wait: the answer is `begun`, and what came of the
 * call is a line of its own behind the word `outcome`, once it is there. Until then `inside` says which call the second
 * thread is in: the first thread goes on answering. COMMANDS at the end has all commands.
 */
#ifndef _WIN32
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifdef _WIN32
#define WIN32_LEAN_AND_MEAN
#include <winsock2.h>
#include <ws2tcpip.h>
#include <io.h>
typedef SOCKET Socket;
#define poll WSAPoll
#define CLOSE_SOCKET closesocket
#define SOCKET_ERRNO WSAGetLastError()
#else
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <unistd.h>
typedef int Socket;
#define INVALID_SOCKET (-1)
#define CLOSE_SOCKET close
#define SOCKET_ERRNO errno
#endif

enum { FAILED = -1, NO_SUCH_CALL = -2, IN_WORDS = -3 };
enum { LETTERS = 26, WORDS = 5, ROOM = 65536, ROOM_FOR_ADDRESS = 256 };

/* A command as it was asked: its words, and room for an answer in words. */
struct asked {
    char *words[WORDS];
    char text[64];
};

static Socket sockets[LETTERS];
static int is_open[LETTERS];
static _Atomic(const char *) second_is_in;
#ifndef _WIN32
static pthread_t second_thread;
static volatile sig_atomic_t broken_pipes;
#endif

/* ---------------------------------------------------------------- names of errors */

struct name {
    int number;
    const char *text;
};

#define OF_SOCKETS(N) \
    N(EACCES) N(EADDRINUSE) N(EADDRNOTAVAIL) N(EAFNOSUPPORT) N(EALREADY) N(ECONNABORTED) N(ECONNREFUSED) N(ECONNRESET) \
    N(EFAULT) N(EINPROGRESS) N(EINTR) N(EINVAL) N(EISCONN) N(EMFILE) N(ENETUNREACH) N(ENOBUFS) N(ENOTCONN) N(ENOTSOCK) \
    N(EOPNOTSUPP) N(EPROTONOSUPPORT) N(ESHUTDOWN) N(ETIMEDOUT)
#define AS_IN_C(name) {name, #name},
static const struct name of_c[] = {
#ifndef _WIN32
    OF_SOCKETS(AS_IN_C)
#endif
    AS_IN_C(EAGAIN) AS_IN_C(EBADF) AS_IN_C(EPIPE) {0, NULL}
};
#ifdef _WIN32
#define AS_IN_WINSOCK(name) {WSA##name, "WSA" #name},
static const struct name of_sockets[] = {
    OF_SOCKETS(AS_IN_WINSOCK) AS_IN_WINSOCK(EWOULDBLOCK) AS_IN_WINSOCK(NOTINITIALISED) AS_IN_WINSOCK(VERNOTSUPPORTED)
    {0, NULL}
};
#else
#define of_sockets of_c
#endif

/* Puts the name of an error into the answer; one without a name by its number, and 0 as it is. */
static long named(struct asked *asked, const struct name *names, int number)
{
    while (names->text != NULL && names->number != number)
        names++;
    if (names->text != NULL)
        snprintf(asked->text, sizeof asked->text, "%s", names->text);
    else
        snprintf(asked->text, sizeof asked->text, "%d", number);
    return IN_WORDS;
}

/* ---------------------------------------------------------------- what the words of a command stand for */

static int letter(struct asked *asked, int place)
{
    const char *word = asked->words[place];

    return word == NULL || *word < 'a' || *word > 'z' ? 0 : *word - 'a';
}

static Socket named_socket(struct asked *asked, int place)
{
    return sockets[letter(asked, place)];
}

static int number(struct asked *asked, int place, int otherwise)
{
    return asked->words[place] == NULL ? otherwise : atoi(asked->words[place]);
}

/* The port of the socket that a word names; 0 where the word is 0, or not there. */
static unsigned short port_of(struct asked *asked, int place)
{
    struct sockaddr_in own = {0};
    socklen_t size = sizeof own;

    if (asked->words[place] == NULL || !strcmp(asked->words[place], "0"))
        return 0;
    getsockname(named_socket(asked, place), (struct sockaddr *)&own, &size);
    return own.sin_port;
}

/* An address with a port of network order, and zeros behind it: who gives a longer length reads nothing else. */
static struct sockaddr *address(char *room, unsigned long host, unsigned short port)
{
    struct sockaddr_in own = {.sin_family = AF_INET, .sin_port = port, .sin_addr.s_addr = htonl(host)};

    memset(room, 0, ROOM_FOR_ADDRESS);
    memcpy(room, &own, sizeof own);
    return (struct sockaddr *)room;
}

/* How many bytes a command asks for: no more than there is room for. */
static int count(struct asked *asked, int place)
{
    int asked_for = number(asked, place, 1);

    return asked_for > ROOM ? ROOM : asked_for;
}

static long keep(int place, Socket made)
{
    if (made == INVALID_SOCKET)
        return FAILED;
    sockets[place] = made;
    is_open[place] = 1;
    return 0;
}

static long option(struct asked *asked, int name, const void *value, size_t size)
{
    return setsockopt(named_socket(asked, 1), SOL_SOCKET, name, value, (socklen_t)size);
}

/* ---------------------------------------------------------------- sockets */

/* Its own port; 0 where it has none. */
static long own_port(struct asked *asked)
{
    return ntohs(port_of(asked, 1));
}

static long make_socket(struct asked *asked)
{
    return keep(letter(asked, 1), socket(AF_INET, SOCK_STREAM, 0));
}

static long refused_socket(struct asked *asked)
{
    Socket made = socket(-1, -1, -1);

    snprintf(asked->text, sizeof asked->text, made < 0 ? "%lld, less than 0" : "%llu", (long long)made);
    return IN_WORDS;
}

static long size_of_socket(struct asked *asked)
{
    (void)asked;
    return sizeof(Socket);
}

static long size_of_count(struct asked *asked)
{
    (void)asked;
    return sizeof(recv(0, NULL, 0, 0));
}

static long number_of(struct asked *asked)
{
    return (long)named_socket(asked, 1);
}

static long bind_it(struct asked *asked)
{
    char room[ROOM_FOR_ADDRESS];
    struct sockaddr *to = address(room, INADDR_LOOPBACK, port_of(asked, 2));

    return bind(named_socket(asked, 1), to, number(asked, 3, sizeof(struct sockaddr_in)));
}

static long listen_it(struct asked *asked)
{
    return listen(named_socket(asked, 1), number(asked, 2, 5));
}

static long listens(struct asked *asked)
{
    int found = 0;
    socklen_t size = sizeof found;

    if (getsockopt(named_socket(asked, 1), SOL_SOCKET, SO_ACCEPTCONN, (void *)&found, &size) < 0)
        return FAILED;
    return found != 0;
}

static long connect_to(struct asked *asked, unsigned long host)
{
    char room[ROOM_FOR_ADDRESS];
    struct sockaddr *to = address(room, host, port_of(asked, 2));

    return connect(named_socket(asked, 1), to, number(asked, 3, sizeof(struct sockaddr_in)));
}

static long connect_it(struct asked *asked)
{
    return connect_to(asked, INADDR_LOOPBACK);
}

static long connect_to_no_host(struct asked *asked)
{
    return connect_to(asked, INADDR_ANY);
}

static long accept_it(struct asked *asked)
{
    return keep(letter(asked, 2), accept(named_socket(asked, 1), NULL, NULL));
}

static long receive(struct asked *asked, int flags)
{
    char room[ROOM];

    return (long)recv(named_socket(asked, 1), room, count(asked, 2), flags);
}

static long recv_it(struct asked *asked)
{
    return receive(asked, 0);
}

static long recv_all(struct asked *asked)
{
    return receive(asked, MSG_WAITALL);
}

static long recv_at_once(struct asked *asked)
{
#ifdef MSG_DONTWAIT
    return receive(asked, MSG_DONTWAIT);
#else
    (void)asked;
    return NO_SUCH_CALL;
#endif
}

static long send_it(struct asked *asked)
{
    char room[ROOM] = {0};

    return (long)send(named_socket(asked, 1), room, count(asked, 2), 0);
}

static long shutdown_it(struct asked *asked)
{
    return shutdown(named_socket(asked, 1), number(asked, 2, 1));
}

static long close_it(struct asked *asked)
{
    is_open[letter(asked, 1)] = 0;
    return CLOSE_SOCKET(named_socket(asked, 1));
}

static long peer_of(struct asked *asked)
{
    struct sockaddr_in other;
    socklen_t size = sizeof other;

    return getpeername(named_socket(asked, 1), (struct sockaddr *)&other, &size);
}

/* ---------------------------------------------------------------- what is set for a socket */

static long reuse(struct asked *asked)
{
    int one = 1;

    return option(asked, SO_REUSEADDR, &one, sizeof one);
}

static long reset_at_close(struct asked *asked)
{
    struct linger none = {1, 0};

    return option(asked, SO_LINGER, &none, sizeof none);
}

static long limit_recv(struct asked *asked)
{
    int milliseconds = number(asked, 2, 1);
#ifdef _WIN32
    DWORD limit = (DWORD)milliseconds;
#else
    struct timeval limit = {.tv_sec = 0, .tv_usec = milliseconds * 1000};
#endif
    return option(asked, SO_RCVTIMEO, &limit, sizeof limit);
}

static long never_wait(struct asked *asked)
{
#ifdef _WIN32
    u_long on = 1;

    return ioctlsocket(named_socket(asked, 1), FIONBIO, &on);
#else
    return fcntl(named_socket(asked, 1), F_SETFL, O_NONBLOCK);
#endif
}

static long pending_error(struct asked *asked)
{
    int found = 0;
    socklen_t size = sizeof found;

    if (getsockopt(named_socket(asked, 1), SOL_SOCKET, SO_ERROR, (void *)&found, &size) < 0)
        return FAILED;
    return named(asked, of_sockets, found);
}

static long is_inherited(struct asked *asked)
{
#ifdef _WIN32
    DWORD flags = 0;

    return GetHandleInformation((HANDLE)named_socket(asked, 1), &flags) ? (flags & HANDLE_FLAG_INHERIT) != 0 : FAILED;
#else
    int flags = fcntl(named_socket(asked, 1), F_GETFD);

    return flags < 0 ? FAILED : !(flags & FD_CLOEXEC);
#endif
}

/* ---------------------------------------------------------------- waiting for what comes */

static long until(struct asked *asked, short events)
{
    struct pollfd one = {.fd = named_socket(asked, 1), .events = events};

    return poll(&one, 1, -1) < 0 ? FAILED : 0;
}

static long until_readable(struct asked *asked)
{
    return until(asked, POLLIN);
}

static long until_writable(struct asked *asked)
{
    return until(asked, POLLOUT);
}

static long until_lost(struct asked *asked)
{
    return until(asked, 0);
}

static long select_nothing(struct asked *asked)
{
    fd_set none[3];
    struct timeval at_once = {0, 0};

    (void)asked;
    for (int place = 0; place < 3; place++)
        FD_ZERO(&none[place]);
    return select(0, &none[0], &none[1], &none[2], &at_once);
}

/* select for reading, with a first argument of 0, or one that is right. */
static long select_readable(struct asked *asked)
{
    fd_set readable;
    struct timeval at_once = {0, 0};
    Socket one = named_socket(asked, 1);

    FD_ZERO(&readable);
    FD_SET(one, &readable);
    return select(asked->words[2] == NULL ? (int)one + 1 : 0, &readable, NULL, NULL, &at_once);
}

/* Waits until a socket is in the set of exceptions. */
static long select_exceptional(struct asked *asked)
{
    fd_set exceptional;
    Socket one = named_socket(asked, 1);

    FD_ZERO(&exceptional);
    FD_SET(one, &exceptional);
    return select((int)one + 1, NULL, NULL, &exceptional, NULL);
}

static long size_of_set(struct asked *asked)
{
    (void)asked;
    return FD_SETSIZE;
}

/* ---------------------------------------------------------------- the C library, and files */

static long c_write(struct asked *asked)
{
    return (long)write((int)named_socket(asked, 1), "Hello", 5);
}

static long c_read(struct asked *asked)
{
    char room[16];

    return (long)read((int)named_socket(asked, 1), room, sizeof room);
}

static long c_close(struct asked *asked)
{
    return close((int)named_socket(asked, 1));
}

/* Lets a letter stand for a file, as the system knows it. */
static long open_file(struct asked *asked)
{
    int file = open("driver.tmp", O_CREAT | O_RDWR, 0600);
#ifdef _WIN32
    sockets[letter(asked, 1)] = (SOCKET)_get_osfhandle(file);
#else
    sockets[letter(asked, 1)] = file;
#endif
    return file < 0 ? FAILED : 0;
}

static long written(const char *mode, const char *text)
{
    FILE *file = fopen("driver.tmp", mode);

    if (file == NULL)
        return FAILED;
    fputs(text, file);
    return fclose(file);
}

/* How many bytes a file gives when it is read in a mode. */
static long counted(const char *mode)
{
    char room[64];
    FILE *file = fopen("driver.tmp", mode);

    if (file == NULL)
        return FAILED;
    long found = (long)fread(room, 1, sizeof room, file);
    fclose(file);
    return found;
}

static long line_written(struct asked *asked)
{
    (void)asked;
    return written("w", "a\n") < 0 ? FAILED : counted("rb");
}

static long text_until_1a(struct asked *asked)
{
    (void)asked;
    return written("wb", "ab\x1A" "cd") < 0 ? FAILED : counted("r");
}

/* What errno says after a recv that fails. */
static long errno_after_recv(struct asked *asked)
{
    errno = 0;
    recv_it(asked);
    return named(asked, of_c, errno);
}

/* ---------------------------------------------------------------- what only one of both has */

static long startup(struct asked *asked)
{
#ifdef _WIN32
    WSADATA data;

    return named(asked, of_sockets, WSAStartup(MAKEWORD(number(asked, 1, 2), 2), &data));
#else
    (void)asked;
    return NO_SUCH_CALL;
#endif
}

static long cleanup(struct asked *asked)
{
    (void)asked;
#ifdef _WIN32
    return WSACleanup();
#else
    return NO_SUCH_CALL;
#endif
}

static long exclusive(struct asked *asked)
{
#ifdef SO_EXCLUSIVEADDRUSE
    int one = 1;

    return option(asked, SO_EXCLUSIVEADDRUSE, &one, sizeof one);
#else
    (void)asked;
    return NO_SUCH_CALL;
#endif
}

static long until_exec(struct asked *asked)
{
#ifdef FD_CLOEXEC
    return fcntl(named_socket(asked, 1), F_SETFD, FD_CLOEXEC);
#else
    (void)asked;
    return NO_SUCH_CALL;
#endif
}

static long interrupt(struct asked *asked)
{
    (void)asked;
#ifdef _WIN32
    return NO_SUCH_CALL;
#else
    return pthread_kill(second_thread, SIGUSR1);
#endif
}

/* ---------------------------------------------------------------- both threads */

static long inside(struct asked *asked)
{
    const char *call = second_is_in;

    snprintf(asked->text, sizeof asked->text, "%s", call == NULL ? "nothing" : call);
    return IN_WORDS;
}

/* All sockets closed, and Winsock started once: as a program begins that has started it. */
static long reset(struct asked *asked)
{
    for (int place = 0; place < LETTERS; place++)
        if (is_open[place])
            CLOSE_SOCKET(sockets[place]);
    memset(is_open, 0, sizeof is_open);
    while (cleanup(asked) == 0)
        ;
    startup(asked);
    return 0;
}

enum library { SOCKETS, C };
static const struct command {
    const char *name;
    long (*make)(struct asked *);
    enum library library; /* which one says why it failed */
} COMMANDS[] = {
    {"reset", reset, SOCKETS},
    {"inside", inside, SOCKETS},
    {"startup", startup, SOCKETS},                     /* [MAJOR VERSION] */
    {"cleanup", cleanup, SOCKETS},
    {"socket", make_socket, SOCKETS},                  /* A */
    {"refused socket", refused_socket, SOCKETS},
    {"size of socket", size_of_socket, SOCKETS},
    {"size of count", size_of_count, SOCKETS},
    {"size of set", size_of_set, SOCKETS},
    {"number of", number_of, SOCKETS},                 /* A */
    {"bind", bind_it, SOCKETS},                        /* A [B, whose port it takes, or 0 [LENGTH]] */
    {"port of", own_port, SOCKETS},                    /* A */
    {"listen", listen_it, SOCKETS},                    /* A [BACKLOG] */
    {"listens", listens, SOCKETS},                     /* A */
    {"connect", connect_it, SOCKETS},                  /* A B [LENGTH] */
    {"connect to no host", connect_to_no_host, SOCKETS},
    {"accept", accept_it, SOCKETS},                    /* A NEW */
    {"recv", recv_it, SOCKETS},                        /* A [COUNT] */
    {"recv all", recv_all, SOCKETS},
    {"recv at once", recv_at_once, SOCKETS},
    {"send", send_it, SOCKETS},                        /* A [COUNT] */
    {"shutdown", shutdown_it, SOCKETS},                /* A HOW */
    {"close", close_it, SOCKETS},                      /* A */
    {"peer of", peer_of, SOCKETS},                     /* A */
    {"reuse", reuse, SOCKETS},                         /* A */
    {"exclusive", exclusive, SOCKETS},                 /* A */
    {"reset at close", reset_at_close, SOCKETS},       /* A */
    {"limit recv", limit_recv, SOCKETS},               /* A MILLISECONDS */
    {"never wait", never_wait, SOCKETS},               /* A */
    {"pending error", pending_error, SOCKETS},         /* A */
    {"is inherited", is_inherited, SOCKETS},           /* A */
    {"until exec", until_exec, SOCKETS},               /* A */
    {"until readable", until_readable, SOCKETS},       /* A */
    {"until writable", until_writable, SOCKETS},       /* A */
    {"until lost", until_lost, SOCKETS},               /* A */
    {"select nothing", select_nothing, SOCKETS},
    {"select readable", select_readable, SOCKETS},     /* A [0] */
    {"select exceptional", select_exceptional, SOCKETS},
    {"interrupt", interrupt, SOCKETS},
    {"c write", c_write, C},                           /* A */
    {"c read", c_read, C},                             /* A */
    {"c close", c_close, C},                           /* A */
    {"file", open_file, C},                            /* A */
    {"line written", line_written, C},
    {"text until 1A", text_until_1a, C},
    {"errno after recv", errno_after_recv, SOCKETS},   /* A */
};

/* The command that a line begins with: the longest one, as `recv all` for `recv all a 9`. */
static const struct command *command_of(const char *line)
{
    const struct command *found = NULL;
    size_t longest = 0;

    for (size_t place = 0; place < sizeof COMMANDS / sizeof *COMMANDS; place++) {
        size_t length = strlen(COMMANDS[place].name);
        int same = !strncmp(line, COMMANDS[place].name, length) && (line[length] == ' ' || line[length] == '\0');
        if (same && length > longest) {
            found = &COMMANDS[place];
            longest = length;
        }
    }
    return found;
}

/* Both threads say whole lines: one call of printf is not cut by another. */
static void say(const char *who, const char *text)
{
    printf("%s%s\n", who, text);
    fflush(stdout);
}

/* The words behind the name of a command; the first one of them has number 1. */
static void split(struct asked *asked, char *rest)
{
    for (int place = 1; place < WORDS; place++) {
        rest += strspn(rest, " ");
        asked->words[place] = *rest == '\0' ? NULL : rest;
        rest += strcspn(rest, " ");
        if (*rest != '\0')
            *rest++ = '\0';
    }
}

static void put_into_words(struct asked *asked, const struct command *command, long result)
{
    if (result == FAILED && command->library == C)
        named(asked, of_c, errno);
    else if (result == FAILED)
        named(asked, of_sockets, SOCKET_ERRNO);
    else if (result == NO_SUCH_CALL)
        snprintf(asked->text, sizeof asked->text, "none");
    else if (result != IN_WORDS)
        snprintf(asked->text, sizeof asked->text, "%ld", result);
#ifndef _WIN32
    if (broken_pipes) {
        strncat(asked->text, " SIGPIPE", sizeof asked->text - strlen(asked->text) - 1);
        broken_pipes = 0;
    }
#endif
}

/* What the second thread is in is over before its answer is there: who has read that may begin another call. */
static void obey(char *line, int in_second)
{
    struct asked asked = {.text = "unknown"};
    const struct command *command = command_of(line);

    if (command != NULL) {
        split(&asked, line + strlen(command->name));
        put_into_words(&asked, command, command->make(&asked));
    }
    if (in_second)
        second_is_in = NULL;
    say(in_second ? "outcome " : "", asked.text);
}

#ifdef _WIN32
static DWORD WINAPI second(void *line)
{
    obey(line, 1);
    free(line);
    return 0;
}
#else
static void *second(void *line)
{
    obey(line, 1);
    free(line);
    return NULL;
}
#endif

/* Lets the second thread obey a line. */
static void begin(const char *line)
{
    const struct command *command = command_of(line);
    char *copy = strdup(line);

    second_is_in = command == NULL ? NULL : command->name;
    say("", "begun");
#ifdef _WIN32
    CloseHandle(CreateThread(NULL, 0, second, copy, 0, NULL));
#else
    pthread_create(&second_thread, NULL, second, copy);
    pthread_detach(second_thread);
#endif
}

#ifndef _WIN32
static void on_signal(int signal_number)
{
    broken_pipes += signal_number == SIGPIPE;
}

/* Without SA_RESTART: a call that waits is interrupted. */
static void catch_signals(void)
{
    struct sigaction action = {.sa_handler = on_signal};

    sigaction(SIGPIPE, &action, NULL);
    sigaction(SIGUSR1, &action, NULL);
}
#endif

int main(void)
{
    char line[128];

    for (int place = 0; place < LETTERS; place++)
        sockets[place] = INVALID_SOCKET;
#ifndef _WIN32
    catch_signals();
#endif
    while (fgets(line, sizeof line, stdin) != NULL) {
        line[strcspn(line, "\r\n")] = '\0';
        if (!strncmp(line, "begin ", 6))
            begin(line + 6);
        else
            obey(line, 0);
    }
    return 0;
}
