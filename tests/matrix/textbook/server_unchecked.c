/* The old style: parameters declared behind the head, bzero, and no result looked at but argc.
 * exercise: hello_server
 * breaks: robust.failed-setup-reported, lifecycle.server-restarts-at-once,
 *         transfer.short-writes, robust.interrupted-calls
 * may: robust.port-in-use (shows once the result of bind is looked at)
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>
#include <sys/types.h>
#include <sys/socket.h>
#include <netinet/in.h>

int main(argc, argv)
int argc;
char *argv[];
{
	int s, ns;
	struct sockaddr_in sin;
	char *text = "Hello World!";

	if (argc != 2) {
		printf("usage: %s port\n", argv[0]);
		exit(1);
	}
	s = socket(AF_INET, SOCK_STREAM, 0);
	bzero((char *)&sin, sizeof(sin));
	sin.sin_family = AF_INET;
	sin.sin_addr.s_addr = htonl(INADDR_ANY);
	sin.sin_port = htons(atoi(argv[1]));
	bind(s, (struct sockaddr *)&sin, sizeof(sin));
	listen(s, 5);
	ns = accept(s, 0, 0);
	write(ns, text, strlen(text));
	close(ns);
	close(s);
	exit(0);
}
