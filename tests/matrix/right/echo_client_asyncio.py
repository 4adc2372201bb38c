# Converses with the streams of asyncio.
# exercise: echo_client
import asyncio
import sys


async def converse(ip: str, port: int) -> None:
    reader, writer = await asyncio.open_connection(ip, port)
    for line in sys.stdin.buffer:
        if line in (b"Q\n", b"q\n", b"Q", b"q"):
            break
        writer.write(line)
        await writer.drain()
        sys.stdout.buffer.write(await reader.readexactly(len(line)))
        sys.stdout.buffer.flush()
    writer.close()
    await writer.wait_closed()


if len(sys.argv) != 3:
    sys.exit(f"usage: {sys.argv[0]} <ip> <port>")
try:
    asyncio.run(converse(sys.argv[1], int(sys.argv[2])))
except (OSError, EOFError) as problem:
    sys.exit(str(problem))
