# A server of asyncio, which removes a socket that it finds at the path.
# exercise: unix_echo_server
import asyncio
import sys


async def echo(reader, writer):
    try:
        while data := await reader.read(1000):
            writer.write(data)
            await writer.drain()
        writer.close()
        await writer.wait_closed()
    except OSError:
        writer.close()


async def main(path):
    server = await asyncio.start_unix_server(echo, path)
    async with server:
        await server.serve_forever()


if len(sys.argv) != 2:
    sys.exit("usage: unix_asyncio.py <path>")
try:
    asyncio.run(main(sys.argv[1]))
except OSError as problem:
    sys.exit(str(problem))
