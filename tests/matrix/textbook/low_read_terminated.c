/* One read, and a NUL where it ended; -1 is only printed about.
 * exercise: low_read
 * breaks: robust.interrupted-calls, robust.failed-transfer-reported
 * may: file.content (a file of 1024 bytes and more is cut)
 * may: transfer.end-of-file (it never reads as far as the end)
 * may: file.partial-io (shows once all of the file is printed)
 */
#include <stdio.h>
#include <stdlib.h>
#include <fcntl.h>
#include <unistd.h>

int main(void)
{
	char buf[1024] = {0};
	int fd, n;

	fd = open("data.txt", O_RDONLY);
	if (fd < 0) {
		perror("data.txt");
		exit(1);
	}
	n = read(fd, buf, sizeof(buf) - 1);
	if (n < 0)
		puts("read error");
	else
		buf[n] = 0;
	printf("fd = %d, %d바이트를 읽었습니다.\n", fd, n);
	printf("%s", buf);
	close(fd);
	return 0;
}
