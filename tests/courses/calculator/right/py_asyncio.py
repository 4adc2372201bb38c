# Python, with asyncio.
# exercise: calculator_server
import asyncio
import sys


def answer(line):
    parts = line.split()
    try:
        left, sign, right = parts
        left, right = int(left), int(right)
        return str({"+": left + right, "*": left * right}[sign])
    except (ValueError, KeyError):
        return "error"


async def serve(reader, writer):
    try:
        while line := await reader.readuntil(b"\n"):
            writer.write((answer(line.decode("latin-1")) + "\n").encode())
            await writer.drain()
    except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, ConnectionError):
        pass
    finally:
        writer.close()


async def main():
    server = await asyncio.start_server(serve, "0.0.0.0", int(sys.argv[1]), limit=1 << 20)
    async with server:
        await server.serve_forever()


if len(sys.argv) != 2:
    sys.exit("usage: calculator_server <port>")
asyncio.run(main())
