/* One read into a buffer of 100, printed as a string.
 * exercise: low_read
 * breaks: robust.interrupted-calls
 * may: file.content (a file of 100 bytes and more is cut, and what lies behind the buffer is no NUL for certain)
 * may: robust.failed-transfer-reported (a second read, which could fail, never comes)
 * may: transfer.end-of-file (it never reads as far as the end)
 * may: file.partial-io (shows once all of the file is printed)
 */
#include <stdio.h>
#include <stdlib.h>
#include <fcntl.h>
#include <unistd.h>

#define BUF_SIZE 100

void error_handling(char *message);

int main(void)
{
	int fd;
	char buf[BUF_SIZE];

	fd = open("data.txt", O_RDONLY);
	if (fd == -1)
		error_handling("open() error!");
	printf("file descriptor: %d \n", fd);

	if (read(fd, buf, sizeof(buf)) == -1)
		error_handling("read() error!");
	printf("file data: %s", buf);
	close(fd);
	return 0;
}

void error_handling(char *message)
{
	fputs(message, stderr);
	fputc('\n', stderr);
	exit(1);
}
