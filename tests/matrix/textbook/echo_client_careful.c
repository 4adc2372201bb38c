/* Looks at the end of its input and at 0, and takes one read for the whole answer all the same.
 * exercise: echo_client
 * breaks: robust.interrupted-calls, transfer.any-split, transfer.short-writes
 * may: robust.failed-transfer-reported (the rest is never read),
 *      robust.lost-server-detected (an end after the first part is never seen),
 *      transfer.echo-exact (one read for each line), transfer.only-received-bytes (a NUL ends what is printed)
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <arpa/inet.h>
#include <sys/socket.h>

#define BUF_SIZE 1024

void error_handling(char *message);

int main(int argc, char *argv[])
{
	int sock;
	char message[BUF_SIZE];
	int n;
	struct sockaddr_in serv_adr;

	if (argc != 3) {
		printf("Usage : %s <IP> <port>\n", argv[0]);
		exit(1);
	}

	sock = socket(PF_INET, SOCK_STREAM, 0);
	if (sock == -1)
		error_handling("socket() error");

	memset(&serv_adr, 0, sizeof(serv_adr));
	serv_adr.sin_family = AF_INET;
	serv_adr.sin_addr.s_addr = inet_addr(argv[1]);
	serv_adr.sin_port = htons(atoi(argv[2]));

	if (connect(sock, (struct sockaddr *)&serv_adr, sizeof(serv_adr)) == -1)
		error_handling("connect() error!");

	printf("서버에 연결되었습니다. (Q: 종료)\n");
	while (fgets(message, sizeof(message), stdin) != NULL) {
		if (message[0] == 'Q' && message[1] == '\n')
			break;
		if (message[0] == 'q' && message[1] == '\n')
			break;
		if (send(sock, message, strlen(message), 0) == -1)
			error_handling("send() error!");
		n = recv(sock, message, sizeof(message) - 1, 0);
		if (n == -1)
			error_handling("recv() error!");
		if (n == 0)
			error_handling("server closed the connection");
		message[n] = '\0';
		fputs(message, stdout);
	}
	close(sock);
	return 0;
}

void error_handling(char *message)
{
	fputs(message, stderr);
	fputc('\n', stderr);
	exit(1);
}
