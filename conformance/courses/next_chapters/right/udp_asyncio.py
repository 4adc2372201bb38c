# A protocol of asyncio, which is told of refusals and does nothing about them.
# exercise: udp_echo_server
import asyncio
import sys


class Echo(asyncio.DatagramProtocol):
    def connection_made(self, transport):
        self.transport = transport

    def datagram_received(self, data, address):
        self.transport.sendto(data, address)

    def error_received(self, problem):
        print(problem, file=sys.stderr)


async def main(port):
    loop = asyncio.get_running_loop()
    await loop.create_datagram_endpoint(Echo, local_addr=("0.0.0.0", port))
    await asyncio.Event().wait()


if len(sys.argv) != 2:
    sys.exit("usage: udp_asyncio.py <port>")
try:
    asyncio.run(main(int(sys.argv[1])))
except OSError as problem:
    sys.exit(str(problem))
