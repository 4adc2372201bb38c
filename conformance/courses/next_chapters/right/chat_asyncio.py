# Python, with asyncio: what a client does not take waits in its transport.
# exercise: chat_server
import asyncio
import sys

writers = set()


async def converse(reader, writer):
    writers.add(writer)
    try:
        while data := await reader.read(1000):
            for one in list(writers):
                one.write(data)
    except OSError:
        pass
    finally:
        writers.discard(writer)
        writer.close()


async def main(port):
    server = await asyncio.start_server(converse, "0.0.0.0", port, backlog=32)
    async with server:
        await server.serve_forever()


if len(sys.argv) != 2 or not sys.argv[1].isdecimal():
    sys.exit("usage: chat_server <port>")
try:
    asyncio.run(main(int(sys.argv[1])))
except OSError as problem:
    sys.exit(str(problem))
