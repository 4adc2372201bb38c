/* One read taken for the whole message, but with a NUL put behind it.
 * exercise: hello_client
 * breaks: transfer.any-split, robust.interrupted-calls
 * may: robust.failed-transfer-reported (a reset after the first part is never seen)
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <arpa/inet.h>
#include <sys/types.h>
#include <sys/socket.h>

#define BUFSIZE 1024

int main(int argc, char **argv)
{
	int sock, str_len;
	struct sockaddr_in serv_addr;
	char message[BUFSIZE];

	if (argc != 3) {
		printf("Usage : %s <port>\n", argv[0]);
		exit(1);
	}
	if ((sock = socket(PF_INET, SOCK_STREAM, 0)) == -1) {
		perror("socket");
		exit(1);
	}
	memset(&serv_addr, 0, sizeof(serv_addr));
	serv_addr.sin_family = AF_INET;
	serv_addr.sin_addr.s_addr = inet_addr(argv[1]);
	serv_addr.sin_port = htons(atoi(argv[2]));
	if (connect(sock, (struct sockaddr *)&serv_addr, sizeof(serv_addr)) == -1) {
		perror("connect");
		exit(1);
	}
	if ((str_len = recv(sock, message, BUFSIZE - 1, 0)) < 0) {
		perror("recv");
		exit(1);
	}
	message[str_len] = '\0';
	printf("Message from server: %s\n", message);
	close(sock);
	return 0;
}
