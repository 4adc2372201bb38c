/* A child for each client, and nobody waits for the children.
 * exercise: echo_server
 * breaks: lifecycle.server-restarts-at-once, robust.crossed-clients, transfer.short-writes
 * may: robust.aborted-connection (it goes on after every failure of accept),
 *      robust.descriptor-limit (it goes on after every failure of accept, without a pause),
 *      robust.no-busy-wait (accept may fail again and again), robust.client-reset (its child writes -1 bytes),
 *      descriptor.closed-once (a child that SIGPIPE ends closes nothing), transfer.end-of-file (-1 is taken for data),
 *      robust.own-signals (it handles none)
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <arpa/inet.h>
#include <sys/socket.h>

#define BUF_SIZE 30

void error_handling(char *message);

int main(int argc, char *argv[])
{
	int serv_sock, clnt_sock;
	struct sockaddr_in serv_adr, clnt_adr;
	socklen_t adr_sz;
	pid_t pid;
	int str_len;
	char buf[BUF_SIZE];

	if (argc != 2) {
		printf("Usage : %s <port>\n", argv[0]);
		exit(1);
	}

	serv_sock = socket(PF_INET, SOCK_STREAM, 0);
	if (serv_sock == -1)
		error_handling("socket() error");

	memset(&serv_adr, 0, sizeof(serv_adr));
	serv_adr.sin_family = AF_INET;
	serv_adr.sin_addr.s_addr = htonl(INADDR_ANY);
	serv_adr.sin_port = htons(atoi(argv[1]));

	if (bind(serv_sock, (struct sockaddr *)&serv_adr, sizeof(serv_adr)) == -1)
		error_handling("bind() error");
	if (listen(serv_sock, 5) == -1)
		error_handling("listen() error");

	while (1) {
		adr_sz = sizeof(clnt_adr);
		clnt_sock = accept(serv_sock, (struct sockaddr *)&clnt_adr, &adr_sz);
		if (clnt_sock == -1)
			continue;
		puts("new client connected...");

		pid = fork();
		if (pid == -1) {
			close(clnt_sock);
			continue;
		}
		if (pid == 0) {		/* 자식 프로세스 */
			close(serv_sock);
			while ((str_len = read(clnt_sock, buf, BUF_SIZE)) != 0)
				write(clnt_sock, buf, str_len);
			close(clnt_sock);
			puts("client disconnected...");
			return 0;
		} else {
			close(clnt_sock);
		}
	}
	close(serv_sock);
	return 0;
}

void error_handling(char *message)
{
	fputs(message, stderr);
	fputc('\n', stderr);
	exit(1);
}
