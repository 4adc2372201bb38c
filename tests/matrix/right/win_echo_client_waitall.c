/* Lines by gets_s, and the whole answer by one recv with MSG_WAITALL.
 * exercise: echo_client_win
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <winsock2.h>
#include <ws2tcpip.h>
#define BUF_SIZE 20000

int main(int argc, char *argv[])
{
	WSADATA wsaData;
	static char message[BUF_SIZE], reply[BUF_SIZE];
	int ret = 1;

	if (argc != 3) {
		fprintf(stderr, "Usage : %s <IP> <port>\n", argv[0]);
		return 1;
	}
	if (WSAStartup(MAKEWORD(2, 2), &wsaData) != 0) {
		fprintf(stderr, "WSAStartup() error!\n");
		return 1;
	}
	SOCKET sock = socket(PF_INET, SOCK_STREAM, 0);
	if (sock == INVALID_SOCKET) {
		fprintf(stderr, "socket() error %d\n", WSAGetLastError());
		WSACleanup();
		return 1;
	}
	SOCKADDR_IN servAdr;
	memset(&servAdr, 0, sizeof(servAdr));
	servAdr.sin_family = AF_INET;
	if (InetPton(AF_INET, argv[1], &servAdr.sin_addr) != 1) {
		fprintf(stderr, "bad address\n");
		goto done;
	}
	servAdr.sin_port = htons((unsigned short)atoi(argv[2]));
	if (connect(sock, (SOCKADDR*)&servAdr, sizeof(servAdr)) == SOCKET_ERROR) {
		fprintf(stderr, "connect() error %d\n", WSAGetLastError());
		goto done;
	}
	puts("Connected...........");
	for (;;) {
		fputs("Input message(Q to quit): ", stdout);
		if (gets_s(message, BUF_SIZE) == NULL)
			break;
		if (!strcmp(message, "q") || !strcmp(message, "Q"))
			break;
		int len = (int)strlen(message);
		if (len == 0)
			continue;
		if (send(sock, message, len, 0) != len) {
			fprintf(stderr, "send() error %d\n", WSAGetLastError());
			goto done;
		}
		int got = recv(sock, reply, len, MSG_WAITALL);
		if (got != len) {
			fprintf(stderr, "recv() got %d, error %d\n", got, WSAGetLastError());
			goto done;
		}
		reply[got] = 0;
		printf("Message from server: %s\n", reply);
	}
	ret = 0;
done:
	closesocket(sock);
	WSACleanup();
	return ret;
}
