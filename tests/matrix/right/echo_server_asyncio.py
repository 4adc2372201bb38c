# Serves many clients with the streams of asyncio.
# exercise: echo_server
import asyncio
import contextlib
import sys


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(ConnectionError):
        while chunk := await reader.read(4096):
            writer.write(chunk)
            await writer.drain()
    writer.close()
    with contextlib.suppress(ConnectionError):
        await writer.wait_closed()


async def serve(port: int) -> None:
    server = await asyncio.start_server(echo, "0.0.0.0", port, reuse_address=True)
    if not server.sockets:  # asyncio goes on without a socket that it could not make
        sys.exit("no socket")
    async with server:
        await server.serve_forever()


if len(sys.argv) != 2:
    sys.exit(f"usage: {sys.argv[0]} <port>")
try:
    asyncio.run(serve(int(sys.argv[1])))
except OSError as problem:
    sys.exit(str(problem))
