/* Prints the greeting to the connection as to a file: a buffer that an interruption empties is lost.
 * exercise: hello_server
 * breaks: lifecycle.server-restarts-at-once, robust.interrupted-calls
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <arpa/inet.h>
#include <sys/socket.h>

int main(int argc, char *argv[])
{
	int listen_sock, sock;
	struct sockaddr_in addr;
	FILE *fp;

	if (argc != 2) {
		printf("Usage: %s <port>\n", argv[0]);
		return 1;
	}

	listen_sock = socket(AF_INET, SOCK_STREAM, 0);
	if (listen_sock == -1) {
		perror("socket");
		return 1;
	}
	memset(&addr, 0, sizeof(addr));
	addr.sin_family = AF_INET;
	addr.sin_addr.s_addr = htonl(INADDR_ANY);
	addr.sin_port = htons(atoi(argv[1]));
	if (bind(listen_sock, (struct sockaddr *)&addr, sizeof(addr)) == -1) {
		perror("bind");
		return 1;
	}
	if (listen(listen_sock, 1) == -1) {
		perror("listen");
		return 1;
	}
	sock = accept(listen_sock, NULL, NULL);
	if (sock == -1) {
		perror("accept");
		return 1;
	}
	fp = fdopen(sock, "w");
	if (fp == NULL) {
		perror("fdopen");
		return 1;
	}
	fprintf(fp, "Hello World!\n");
	fflush(fp);
	fclose(fp);
	close(listen_sock);
	return 0;
}
