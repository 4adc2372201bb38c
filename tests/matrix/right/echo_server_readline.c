/* Echoes line by line with the textbook's writen and readline; a child for each client, reaped with SA_RESTART.
 * exercise: echo_server
 */
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define MAXLINE 4096
#define SA struct sockaddr

static void err_sys(const char *message)
{
    perror(message);
    exit(1);
}

static ssize_t writen(int fd, const void *vptr, size_t n)
{
    size_t nleft = n;
    const char *ptr = vptr;

    while (nleft > 0) {
        ssize_t nwritten = write(fd, ptr, nleft);
        if (nwritten <= 0) {
            if (nwritten < 0 && errno == EINTR)
                nwritten = 0;
            else
                return -1;
        }
        nleft -= nwritten;
        ptr += nwritten;
    }
    return n;
}

static int read_cnt;
static char *read_ptr;
static char read_buf[MAXLINE];

static ssize_t my_read(int fd, char *ptr)
{
    if (read_cnt <= 0) {
again:
        if ((read_cnt = read(fd, read_buf, sizeof(read_buf))) < 0) {
            if (errno == EINTR)
                goto again;
            return -1;
        } else if (read_cnt == 0)
            return 0;
        read_ptr = read_buf;
    }
    read_cnt--;
    *ptr = *read_ptr++;
    return 1;
}

static ssize_t readline(int fd, void *vptr, size_t maxlen)
{
    ssize_t n, rc;
    char c, *ptr = vptr;

    for (n = 1; n < (ssize_t)maxlen; n++) {
        if ((rc = my_read(fd, &c)) == 1) {
            *ptr++ = c;
            if (c == '\n')
                break;
        } else if (rc == 0) {
            *ptr = 0;
            return n - 1;
        } else
            return -1;
    }
    *ptr = 0;
    if (n == (ssize_t)maxlen)
        n--;
    return n;
}

static void str_echo(int sockfd)
{
    ssize_t n;
    char line[MAXLINE];

    for (;;) {
        if ((n = readline(sockfd, line, MAXLINE)) == 0)
            return;
        if (n < 0)
            err_sys("str_echo: read error");
        if (writen(sockfd, line, n) < 0)
            err_sys("writen error");
    }
}

static void sig_chld(int signo)
{
    int stat, olderrno = errno;

    (void)signo;
    while (waitpid(-1, &stat, WNOHANG) > 0)
        ;
    errno = olderrno;
}

typedef void Sigfunc(int);

static Sigfunc *Signal(int signo, Sigfunc *func)
{
    struct sigaction act, oact;

    act.sa_handler = func;
    sigemptyset(&act.sa_mask);
    act.sa_flags = SA_RESTART;
    if (sigaction(signo, &act, &oact) < 0)
        err_sys("signal error");
    return oact.sa_handler;
}

int main(int argc, char **argv)
{
    int listenfd, connfd, on = 1;
    struct sockaddr_in cliaddr, servaddr;

    if (argc != 2) {
        fprintf(stderr, "usage: tcpserv <port>\n");
        exit(1);
    }
    if ((listenfd = socket(AF_INET, SOCK_STREAM, 0)) < 0)
        err_sys("socket error");
    if (setsockopt(listenfd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) < 0)
        err_sys("setsockopt error");
    bzero(&servaddr, sizeof(servaddr));
    servaddr.sin_family = AF_INET;
    servaddr.sin_addr.s_addr = htonl(INADDR_ANY);
    servaddr.sin_port = htons(atoi(argv[1]));
    if (bind(listenfd, (SA *)&servaddr, sizeof(servaddr)) < 0)
        err_sys("bind error");
    if (listen(listenfd, 1024) < 0)
        err_sys("listen error");
    Signal(SIGCHLD, sig_chld);
    for (;;) {
        socklen_t clilen = sizeof(cliaddr);
        if ((connfd = accept(listenfd, (SA *)&cliaddr, &clilen)) < 0) {
            if (errno == EINTR || errno == ECONNABORTED)
                continue;
            if (errno == EMFILE || errno == ENFILE) {
                perror("accept");
                sleep(1);
                continue;
            }
            err_sys("accept error");
        }
        pid_t childpid = fork();
        if (childpid < 0)
            perror("fork");
        if (childpid == 0) {
            close(listenfd);
            str_echo(connfd);
            exit(0);
        }
        close(connfd);
    }
}
