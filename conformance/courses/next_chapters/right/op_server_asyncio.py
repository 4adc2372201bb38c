# Serves all clients in one loop of asyncio, and answers one request after the other.
# exercise: op_server


import asyncio
import functools
import operator
import struct
import sys

OPERATORS = {b"+": operator.add, b"-": operator.sub, b"*": operator.mul}


async def converse(reader, writer):
    try:
        while True:
            (count,) = await reader.readexactly(1)
            operands = struct.unpack(f"={count}i", await reader.readexactly(4 * count))
            sign = await reader.readexactly(1)
            if not operands or sign not in OPERATORS:
                break
            result = functools.reduce(OPERATORS[sign], operands) & 0xFFFFFFFF
            writer.write(result.to_bytes(4, sys.byteorder))
            await writer.drain()
    except (OSError, asyncio.IncompleteReadError):
        pass
    finally:
        writer.close()


async def main(port):
    server = await asyncio.start_server(converse, "0.0.0.0", port, backlog=16)
    async with server:
        await server.serve_forever()


if len(sys.argv) != 2 or not sys.argv[1].isdecimal():
    sys.exit("usage: op_server <port>")
try:
    asyncio.run(main(int(sys.argv[1])))
except OSError as problem:
    sys.exit(str(problem))
