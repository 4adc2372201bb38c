/* A mode and strlen, but no result is looked at.
 * exercise: low_open
 * breaks: robust.failed-setup-reported, robust.failed-transfer-reported, file.partial-io, file.close-checked,
 *         robust.interrupted-calls
 */
#include <stdio.h>
#include <string.h>
#include <fcntl.h>
#include <unistd.h>

int main()
{
	const char *line = "Let's go!\n";
	int fd = open("data.txt", O_RDWR | O_CREAT | O_TRUNC, 0666);

	write(fd, line, strlen(line));
	printf("%d번 파일에 썼습니다.\n", fd);	/* 파일 디스크립터 확인 */
	close(fd);
}
