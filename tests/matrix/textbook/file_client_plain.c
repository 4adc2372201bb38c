/* The classic shape: reads pieces of 30 until 0, fwrites them, and thanks the server.
 * exercise: file_client
 * breaks: robust.interrupted-calls, robust.failed-setup-reported, file.close-checked
 * may: robust.failed-transfer-reported (SIGPIPE may end it when it thanks a server that has reset)
 * may: robust.lost-server-detected (SIGPIPE may end it when it thanks a server that has reset)
 * may: robust.no-crash (the -1 of a failed read is a huge length, and there may be no file)
 * may: transfer.end-of-file (read's -1 is taken for data), robust.no-busy-wait (read's -1 again and again)
 * may: transfer.half-close (the server may be gone when it is thanked)
 * may: lifecycle.client-ends-cleanly (the server may be gone when it is thanked)
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
	int sock;
	FILE *fp;
	char buf[BUF_SIZE];
	int read_cnt;
	struct sockaddr_in serv_adr;

	if (argc != 4) {
		printf("Usage : %s <IP> <port> <file>\n", argv[0]);
		exit(1);
	}

	fp = fopen(argv[3], "wb");
	sock = socket(PF_INET, SOCK_STREAM, 0);
	if (sock == -1)
		error_handling("socket() error");

	memset(&serv_adr, 0, sizeof(serv_adr));
	serv_adr.sin_family = AF_INET;
	serv_adr.sin_addr.s_addr = inet_addr(argv[1]);
	serv_adr.sin_port = htons(atoi(argv[2]));

	if (connect(sock, (struct sockaddr *)&serv_adr, sizeof(serv_adr)) == -1)
		error_handling("connect() error!");

	while ((read_cnt = read(sock, buf, BUF_SIZE)) != 0)
		fwrite((void *)buf, 1, read_cnt, fp);

	puts("Received file data");
	write(sock, "Thank you", 10);
	fclose(fp);
	close(sock);
	return 0;
}

void error_handling(char *message)
{
	fputs(message, stderr);
	fputc('\n', stderr);
	exit(1);
}
