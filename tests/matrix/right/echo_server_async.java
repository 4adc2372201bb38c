// Asynchronous channels of NIO.2: each completion begins the next operation.
// exercise: echo_server
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousServerSocketChannel;
import java.nio.channels.AsynchronousSocketChannel;
import java.nio.channels.CompletionHandler;
import java.util.concurrent.CountDownLatch;

class EchoServer {
    static final class Client implements CompletionHandler<Integer, Boolean> {
        private final AsynchronousSocketChannel channel;
        private final ByteBuffer buffer = ByteBuffer.allocate(2048);

        Client(AsynchronousSocketChannel channel) {
            this.channel = channel;
            channel.read(buffer, true, this);
        }

        @Override
        public void completed(Integer count, Boolean reading) {
            if (reading && count == -1) {
                close();
                return;
            }
            if (reading) {
                buffer.flip();
            }
            if (buffer.hasRemaining()) {
                channel.write(buffer, false, this);
            } else {
                buffer.clear();
                channel.read(buffer, true, this);
            }
        }

        @Override
        public void failed(Throwable error, Boolean reading) {
            close();
        }

        private void close() {
            try {
                channel.close();
            } catch (IOException error) {
                System.err.println(error.getMessage());
            }
        }
    }

    public static void main(String[] args) throws Exception {
        if (args.length != 1) {
            System.err.println("usage: EchoServer <port>");
            System.exit(1);
        }
        try (var server = AsynchronousServerSocketChannel.open()) {
            server.setOption(java.net.StandardSocketOptions.SO_REUSEADDR, true);
            server.bind(new InetSocketAddress(Integer.parseInt(args[0])));
            server.accept(null, new CompletionHandler<AsynchronousSocketChannel, Void>() {
                @Override
                public void completed(AsynchronousSocketChannel channel, Void nothing) {
                    server.accept(null, this);
                    new Client(channel);
                }

                @Override
                public void failed(Throwable error, Void nothing) {
                    System.err.println("accept: " + error.getMessage());
                    server.accept(null, this);
                }
            });
            new CountDownLatch(1).await();
        } catch (IOException error) {
            System.err.println(error.getMessage());
            System.exit(1);
        }
    }
}
