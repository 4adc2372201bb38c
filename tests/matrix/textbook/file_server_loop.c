/* Client after client, with open and read, and a close without a word to the client.
 * exercise: file_server
 * breaks: lifecycle.server-restarts-at-once, robust.client-reset, robust.descriptor-limit, robust.interrupted-calls,
 *         transfer.short-writes
 * may: descriptor.closed-once (what SIGPIPE ends closes nothing),
 *      robust.failed-setup-reported (a file that is not there ends the server when its first client comes)
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <arpa/inet.h>
#include <sys/socket.h>
#include <fcntl.h>

#define BUF_SIZE 1024

void error_handling(char *message);

int main(int argc, char *argv[])
{
	int serv_sock, clnt_sock, fd, n;
	char buf[BUF_SIZE];
	struct sockaddr_in serv_adr, clnt_adr;
	socklen_t clnt_adr_sz;

	if (argc != 3) {
		printf("Usage : %s <port> <path>\n", argv[0]);
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
		clnt_sock = accept(serv_sock, (struct sockaddr *)&clnt_adr, &clnt_adr_sz);
		if (clnt_sock == -1)
			error_handling("accept() error");

		/* 소켓도 파일이므로 read와 write를 그대로 쓴다 */
		fd = open(argv[2], O_RDONLY);
		if (fd == -1)
			error_handling("open() error");
		while ((n = read(fd, buf, sizeof(buf))) > 0)
			write(clnt_sock, buf, n);
		close(fd);
		close(clnt_sock);
	}
	return 0;
}

void error_handling(char *message)
{
	fputs(message, stderr);
	fputc('\n', stderr);
	exit(1);
}
