# Reads to the end with the streams of asyncio.
# exercise: hello_client
import asyncio
import sys


async def receive(ip: str, port: int) -> bytes:
    reader, writer = await asyncio.open_connection(ip, port)
    try:
        return await reader.read()
    finally:
        writer.close()
        await writer.wait_closed()


if len(sys.argv) != 3:
    sys.exit(f"usage: {sys.argv[0]} <ip> <port>")
try:
    message = asyncio.run(receive(sys.argv[1], int(sys.argv[2])))
except OSError as problem:
    sys.exit(f"{sys.argv[0]}: {problem}")
sys.stdout.buffer.write(message + b"\n")
