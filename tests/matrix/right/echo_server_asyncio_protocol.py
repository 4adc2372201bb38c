# Serves many clients in one asyncio loop, with a protocol that hands back what comes.
# exercise: echo_server
import asyncio
import sys


class Echo(asyncio.Protocol):
    def connection_made(self, transport: asyncio.Transport) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.transport.write(data)


async def serve(port: int) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Echo, "0.0.0.0", port, reuse_address=True)
    async with server:
        await server.serve_forever()


if len(sys.argv) != 2:
    sys.exit(f"usage: {sys.argv[0]} <port>")
try:
    asyncio.run(serve(int(sys.argv[1])))
except OSError as problem:
    sys.exit(str(problem))
