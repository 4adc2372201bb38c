/* A thread for each client, whose descriptor travels in a piece of memory of its own.
 * exercise: echo_server
 * breaks: lifecycle.server-restarts-at-once, robust.client-reset, robust.interrupted-calls, transfer.short-writes
 * may: robust.aborted-connection (the -1 goes to a thread), robust.descriptor-limit (the -1 goes to a thread),
 *      descriptor.valid-only (the -1 goes to a thread), robust.no-busy-wait (accept fails again and again)
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <arpa/inet.h>
#include <sys/socket.h>
#include <pthread.h>

#define BUF_SIZE 1024

void error_handling(char *message);

void *handle_clnt(void *arg)
{
	int clnt_sock = *((int *)arg);
	int str_len;
	char msg[BUF_SIZE];

	free(arg);
	while ((str_len = read(clnt_sock, msg, sizeof(msg))) > 0)
		write(clnt_sock, msg, str_len);
	close(clnt_sock);
	return NULL;
}

int main(int argc, char *argv[])
{
	int serv_sock, *clnt_sock;
	struct sockaddr_in serv_adr, clnt_adr;
	socklen_t clnt_adr_sz;
	pthread_t t_id;

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
		clnt_adr_sz = sizeof(clnt_adr);
		clnt_sock = malloc(sizeof(int));
		*clnt_sock = accept(serv_sock, (struct sockaddr *)&clnt_adr, &clnt_adr_sz);
		pthread_create(&t_id, NULL, handle_clnt, clnt_sock);
		pthread_detach(t_id);
		printf("Connected client IP: %s \n", inet_ntoa(clnt_adr.sin_addr));
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
