// Connects and reads with a selector and a channel that does not block.
// exercise: hello_client
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;

class SelectorClient {
    public static void main(String[] args) throws IOException {
        if (args.length != 2) {
            System.err.println("usage: java SelectorClient <ip> <port>");
            System.exit(1);
        }
        InetSocketAddress server = new InetSocketAddress(args[0], Integer.parseInt(args[1]));
        try (Selector selector = Selector.open(); SocketChannel connection = SocketChannel.open()) {
            connection.configureBlocking(false);
            connect(connection, server, selector);
            printAll(connection, selector);
        } catch (IOException problem) {
            System.err.println(problem);
            System.exit(1);
        }
    }

    private static void connect(SocketChannel connection, InetSocketAddress server, Selector selector) throws IOException {
        SelectionKey key = connection.register(selector, SelectionKey.OP_CONNECT);
        boolean connected = connection.connect(server);
        while (!connected) {
            selector.select();
            connected = connection.finishConnect();
        }
        key.interestOps(SelectionKey.OP_READ);
    }

    private static void printAll(SocketChannel connection, Selector selector) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(1024);
        int count;
        while ((count = connection.read(buffer)) != -1) {
            if (count == 0) {
                selector.select();
            }
            System.out.write(buffer.array(), 0, buffer.position());
            buffer.clear();
        }
        System.out.flush();
    }
}
