/* Greets in other words than the exercise's.
 * exercise: hello_server
 * breaks: transfer.greeting, lifecycle.server-restarts-at-once, robust.interrupted-calls
 * may: transfer.short-writes (shows once it greets in the right words)
 */
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <string.h>
#include <unistd.h>
#include <netinet/in.h>
#include <sys/socket.h>

int main(int argc, char **argv)
{
	int listenfd, connfd;
	struct sockaddr_in servaddr;
	char *msg = "hello, world\n";

	if (argc < 2) {
		fprintf(stderr, "usage: %s <port>\n", argv[0]);
		exit(1);
	}
	if ((listenfd = socket(AF_INET, SOCK_STREAM, 0)) < 0) {
		perror("socket");
		exit(1);
	}
	bzero(&servaddr, sizeof(servaddr));
	servaddr.sin_family = AF_INET;
	servaddr.sin_addr.s_addr = INADDR_ANY;
	servaddr.sin_port = htons(atoi(argv[1]));
	if (bind(listenfd, (struct sockaddr *)&servaddr, sizeof(servaddr)) < 0) {
		perror("bind");
		exit(1);
	}
	if (listen(listenfd, 10) < 0) {
		perror("listen");
		exit(1);
	}
	printf("waiting for a client...\n");
	if ((connfd = accept(listenfd, NULL, NULL)) < 0) {
		perror("accept");
		exit(1);
	}
	printf("connected\n");
	send(connfd, msg, strlen(msg), 0);
	close(connfd);
	close(listenfd);
	return 0;
}
