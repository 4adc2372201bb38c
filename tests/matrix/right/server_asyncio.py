# Serves many clients with the streams of asyncio, on IPv4 and IPv6.
# exercise: hello_server
import asyncio
import contextlib
import sys


async def greet(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(ConnectionError):
        writer.write(b"Hello World!")
        await writer.drain()
    writer.close()
    with contextlib.suppress(ConnectionError):
        await writer.wait_closed()


async def serve(port: int) -> None:
    server = await asyncio.start_server(greet, None, port)
    async with server:
        await server.serve_forever()


if len(sys.argv) != 2:
    sys.exit(f"usage: {sys.argv[0]} <port>")
try:
    asyncio.run(serve(int(sys.argv[1])))
except OSError as problem:
    sys.exit(str(problem))
