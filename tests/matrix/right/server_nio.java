// Serves many clients in one loop with a selector and channels that do not block.
// exercise: hello_server
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;

class SelectorServer {
    public static void main(String[] args) throws IOException {
        if (args.length != 1) {
            System.err.println("usage: java SelectorServer <port>");
            System.exit(1);
        }
        try (Selector selector = Selector.open(); ServerSocketChannel listener = ServerSocketChannel.open()) {
            listener.bind(new InetSocketAddress(Integer.parseInt(args[0])));
            listener.configureBlocking(false);
            listener.register(selector, SelectionKey.OP_ACCEPT);
            while (true) {
                selector.select(SelectorServer::handle);
            }
        }
    }

    private static void handle(SelectionKey key) {
        if (key.isAcceptable()) {
            accept(key);
        } else {
            goOn(key);
        }
    }

    private static void accept(SelectionKey key) {
        try {
            SocketChannel connection = ((ServerSocketChannel) key.channel()).accept();
            if (connection == null) {
                return;
            }
            connection.configureBlocking(false);
            ByteBuffer greeting = ByteBuffer.wrap("Hello World!".getBytes(StandardCharsets.US_ASCII));
            connection.register(key.selector(), SelectionKey.OP_WRITE, greeting);
        } catch (IOException problem) {
            System.err.println(problem);
            System.exit(1);
        }
    }

    private static void goOn(SelectionKey key) {
        SocketChannel connection = (SocketChannel) key.channel();
        ByteBuffer greeting = (ByteBuffer) key.attachment();
        try {
            connection.write(greeting);
            if (!greeting.hasRemaining()) {
                connection.close();
            }
        } catch (IOException problem) {
            System.err.println(problem);
            key.cancel();
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
