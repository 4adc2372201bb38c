/* Korean comments in CP949 and lines that end in CR LF, as an editor on Windows leaves them.
 * exercise: hello_server
 * breaks: lifecycle.server-restarts-at-once, transfer.short-writes, robust.interrupted-calls
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <arpa/inet.h>
#include <sys/socket.h>

void error_handling(const char *message);

/* 서버 프로그램: 클라이언트에게 인사말을 보낸다 */
int main(int argc, char *argv[])
{
	int serv_sock;		/* 연결 요청을 기다리는 소켓 */
	int clnt_sock;		/* 데이터를 주고받는 소켓 */
	struct sockaddr_in serv_addr;
	struct sockaddr_in clnt_addr;
	socklen_t clnt_addr_size;
	char message[] = "Hello World!";

	if (argc != 2)
	{
		printf("사용법: %s <port>\n", argv[0]);
		exit(1);
	}

	// 1. 소켓 생성 (전화기)
	serv_sock = socket(PF_INET, SOCK_STREAM, 0);
	if (serv_sock == -1)
		error_handling("소켓 생성 오류");

	// 2. 주소 할당 (전화번호)
	memset(&serv_addr, 0, sizeof(serv_addr));
	serv_addr.sin_family = AF_INET;
	serv_addr.sin_addr.s_addr = htonl(INADDR_ANY);
	serv_addr.sin_port = htons(atoi(argv[1]));
	if (bind(serv_sock, (struct sockaddr *)&serv_addr, sizeof(serv_addr)) == -1)
		error_handling("bind 오류");

	// 3. 연결 대기 (전화선 연결)
	if (listen(serv_sock, 5) == -1)
		error_handling("listen 오류");

	// 4. 연결 수락 (수화기를 든다)
	clnt_addr_size = sizeof(clnt_addr);
	clnt_sock = accept(serv_sock, (struct sockaddr *)&clnt_addr, &clnt_addr_size);
	if (clnt_sock == -1)
		error_handling("accept 오류");
	printf("접속: %s\n", inet_ntoa(clnt_addr.sin_addr));

	write(clnt_sock, message, strlen(message));
	close(clnt_sock);
	close(serv_sock);
	return 0;
}

void error_handling(const char *message)
{
	fprintf(stderr, "%s\n", message);
	exit(1);
}
