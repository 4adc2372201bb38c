/* The low-level calls on both sides, and the file is created without a mode.
 * exercise: file_client
 * breaks: file.created, file.partial-io, file.close-checked, robust.failed-transfer-reported,
 *         robust.interrupted-calls
 * may: robust.lost-server-detected (shows once a failed read is reported)
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
	int sock, fd, n;
	char buf[BUF_SIZE];
	struct sockaddr_in serv_adr;

	if (argc != 4) {
		printf("Usage : %s <IP> <port> <path>\n", argv[0]);
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

	fd = open(argv[3], O_CREAT | O_WRONLY | O_TRUNC);
	if (fd == -1)
		error_handling("open() error!");

	while ((n = read(sock, buf, sizeof(buf))) > 0)
		write(fd, buf, n);

	printf("파일을 다 받았습니다.\n");
	close(fd);
	close(sock);
	return 0;
}

void error_handling(char *message)
{
	fputs(message, stderr);
	fputc('\n', stderr);
	exit(1);
}
