# Serves each client in a task.
# exercise: tls_echo_server
import asyncio
import ssl
import sys


async def echo(reader, writer):
    try:
        while data := await reader.read(4096):
            writer.write(data)
            await writer.drain()
    except (ConnectionError, ssl.SSLError) as problem:
        print(problem, file=sys.stderr)
    finally:
        writer.close()


async def main():
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(sys.argv[2], sys.argv[3])
    server = await asyncio.start_server(echo, None, int(sys.argv[1]), ssl=context)
    async with server:
        await server.serve_forever()


if len(sys.argv) != 4:
    print(f"usage: {sys.argv[0]} <port> <certificate> <key>", file=sys.stderr)
    sys.exit(2)
try:
    asyncio.run(main())
except OSError as problem:
    print(problem, file=sys.stderr)
    sys.exit(1)
