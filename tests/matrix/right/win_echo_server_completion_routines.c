/* Overlapped calls with completion routines, which run while SleepEx pauses between two looks for clients.
 * exercise: echo_server_win
 */

#include <stdio.h>
#include <stdlib.h>
#include <winsock2.h>
#define BUF_SIZE 1024

static void CALLBACK ReadCompRoutine(DWORD, DWORD, LPWSAOVERLAPPED, DWORD);
static void CALLBACK WriteCompRoutine(DWORD, DWORD, LPWSAOVERLAPPED, DWORD);
static void ErrorHandling(const char *message)
{
	fprintf(stderr, "%s (%d)\n", message, WSAGetLastError());
	exit(1);
}

typedef struct { SOCKET hClntSock; char buf[BUF_SIZE]; WSABUF wsaBuf; } PER_IO_DATA, *LPPER_IO_DATA;

static void finish(LPWSAOVERLAPPED lp)
{
	LPPER_IO_DATA hbInfo = (LPPER_IO_DATA)(lp->hEvent);
	closesocket(hbInfo->hClntSock);
	free(hbInfo);
	free(lp);
}

static void receive(LPWSAOVERLAPPED lp)
{
	LPPER_IO_DATA hbInfo = (LPPER_IO_DATA)(lp->hEvent);
	DWORD recvBytes, flagInfo = 0;
	hbInfo->wsaBuf.len = BUF_SIZE;
	if (WSARecv(hbInfo->hClntSock, &hbInfo->wsaBuf, 1, &recvBytes, &flagInfo, lp, ReadCompRoutine) == SOCKET_ERROR
	    && WSAGetLastError() != WSA_IO_PENDING) {
		fprintf(stderr, "WSARecv: %d\n", WSAGetLastError());
		finish(lp);
	}
}

static void CALLBACK ReadCompRoutine(DWORD dwError, DWORD szRecvBytes, LPWSAOVERLAPPED lp, DWORD flags)
{
	LPPER_IO_DATA hbInfo = (LPPER_IO_DATA)(lp->hEvent);
	DWORD sentBytes;
	if (dwError != 0 || szRecvBytes == 0) {
		finish(lp);
		puts("Client disconnected.....");
		return;
	}
	hbInfo->wsaBuf.len = szRecvBytes;
	if (WSASend(hbInfo->hClntSock, &hbInfo->wsaBuf, 1, &sentBytes, 0, lp, WriteCompRoutine) == SOCKET_ERROR
	    && WSAGetLastError() != WSA_IO_PENDING) {
		fprintf(stderr, "WSASend: %d\n", WSAGetLastError());
		finish(lp);
	}
}

static void CALLBACK WriteCompRoutine(DWORD dwError, DWORD szSendBytes, LPWSAOVERLAPPED lp, DWORD flags)
{
	if (dwError != 0)
		finish(lp);
	else
		receive(lp);
}

int main(int argc, char *argv[])
{
	WSADATA wsaData;
	SOCKET hLisnSock, hRecvSock;
	SOCKADDR_IN lisnAdr, recvAdr;
	LPWSAOVERLAPPED lpOvLp;
	LPPER_IO_DATA hbInfo;
	int recvAdrSz;
	u_long mode = 1;

	if (argc != 2) {
		printf("Usage: %s <port>\n", argv[0]);
		exit(1);
	}
	if (WSAStartup(MAKEWORD(2, 2), &wsaData) != 0) {
		puts("WSAStartup() error!");
		exit(1);
	}
	hLisnSock = WSASocket(PF_INET, SOCK_STREAM, 0, NULL, 0, WSA_FLAG_OVERLAPPED);
	if (hLisnSock == INVALID_SOCKET)
		ErrorHandling("WSASocket() error");
	ioctlsocket(hLisnSock, FIONBIO, &mode);
	memset(&lisnAdr, 0, sizeof(lisnAdr));
	lisnAdr.sin_family = AF_INET;
	lisnAdr.sin_addr.s_addr = htonl(INADDR_ANY);
	lisnAdr.sin_port = htons(atoi(argv[1]));
	if (bind(hLisnSock, (SOCKADDR*)&lisnAdr, sizeof(lisnAdr)) == SOCKET_ERROR)
		ErrorHandling("bind() error");
	if (listen(hLisnSock, 5) == SOCKET_ERROR)
		ErrorHandling("listen() error");
	recvAdrSz = sizeof(recvAdr);
	while (1)
	{
		SleepEx(100, TRUE);
		hRecvSock = accept(hLisnSock, (SOCKADDR*)&recvAdr, &recvAdrSz);
		if (hRecvSock == INVALID_SOCKET)
		{
			if (WSAGetLastError() == WSAEWOULDBLOCK)
				continue;
			else
				ErrorHandling("accept() error");
		}
		puts("Client connected.....");
		lpOvLp = (LPWSAOVERLAPPED)calloc(1, sizeof(WSAOVERLAPPED));
		hbInfo = (LPPER_IO_DATA)malloc(sizeof(PER_IO_DATA));
		hbInfo->hClntSock = hRecvSock;
		hbInfo->wsaBuf.buf = hbInfo->buf;
		lpOvLp->hEvent = (HANDLE)hbInfo;
		receive(lpOvLp);
	}
	return 0;
}
