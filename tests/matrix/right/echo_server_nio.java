// Serves many clients in one loop with a selector and channels that do not block.
// exercise: echo_server
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

class EchoSelector {
    public static void main(String[] args) throws IOException {
        if (args.length != 1) {
            System.err.println("usage: java EchoSelector <port>");
            System.exit(1);
        }
        try (Selector selector = Selector.open(); ServerSocketChannel listener = ServerSocketChannel.open()) {
            listener.bind(new InetSocketAddress(Integer.parseInt(args[0])));
            listener.configureBlocking(false);
            listener.register(selector, SelectionKey.OP_ACCEPT);
            while (true) {
                selector.select(key -> {
                    if (key.isAcceptable()) {
                        accept(key);
                    } else {
                        goOn(key);
                    }
                });
            }
        }
    }

    private static void accept(SelectionKey key) {
        try {
            SocketChannel connection = ((ServerSocketChannel) key.channel()).accept();
            if (connection != null) {
                connection.configureBlocking(false);
                connection.register(key.selector(), SelectionKey.OP_READ, ByteBuffer.allocate(4096));
            }
        } catch (IOException problem) {
            System.err.println(problem);
            pause();
        }
    }

    /** When descriptors run out, this keeps it from spinning. */
    private static void pause() {
        try {
            Thread.sleep(100);
        } catch (InterruptedException problem) {
            Thread.currentThread().interrupt();
        }
    }

    /** What was read stands in the buffer until it is written; nothing more is read meanwhile. */
    private static void goOn(SelectionKey key) {
        SocketChannel connection = (SocketChannel) key.channel();
        ByteBuffer owed = (ByteBuffer) key.attachment();
        try {
            if (key.isReadable()) {
                if (connection.read(owed) == -1) {
                    connection.close();
                    return;
                }
                owed.flip();
            }
            connection.write(owed);
            if (owed.hasRemaining()) {
                key.interestOps(SelectionKey.OP_WRITE);
            } else {
                owed.clear();
                key.interestOps(SelectionKey.OP_READ);
            }
        } catch (IOException problem) {
            System.err.println(problem);
            closeQuietly(connection);
        }
    }

    private static void closeQuietly(SocketChannel connection) {
        try {
            connection.close();
        } catch (IOException problem) {
            System.err.println(problem);
        }
    }
}
