// Serves many clients with a selector that waits a quarter of a second at most, again and again.
// exercise: echo_server
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

class PatientSelector {
    public static void main(String[] args) throws IOException {
        if (args.length != 1) {
            System.err.println("usage: java PatientSelector <port>");
            System.exit(1);
        }
        try (Selector selector = Selector.open(); ServerSocketChannel listener = ServerSocketChannel.open()) {
            listener.bind(new InetSocketAddress(Integer.parseInt(args[0])));
            listener.configureBlocking(false);
            listener.register(selector, SelectionKey.OP_ACCEPT);
            while (true) {
                selector.select(250);
                selector.selectedKeys().forEach(key -> {
                    if (key.isAcceptable()) {
                        accept(key);
                    } else {
                        goOn(key);
                    }
                });
                selector.selectedKeys().clear();
            }
        }
    }

    private static void accept(SelectionKey key) {
        try {
            SocketChannel connection = ((ServerSocketChannel) key.channel()).accept();
            if (connection != null) {
                connection.configureBlocking(false);
                connection.register(key.selector(), SelectionKey.OP_READ, ByteBuffer.allocate(4096).flip());
            }
        } catch (IOException problem) {
            System.err.println(problem);
        }
    }

    private static void goOn(SelectionKey key) {
        SocketChannel connection = (SocketChannel) key.channel();
        try {
            if (!move(connection, (ByteBuffer) key.attachment(), key)) {
                connection.close();
            }
        } catch (IOException problem) {
            try {
                connection.close();
            } catch (IOException another) {
                System.err.println(another);
            }
        }
    }

    private static boolean move(SocketChannel connection, ByteBuffer owed, SelectionKey key) throws IOException {
        if (!owed.hasRemaining()) {
            owed.clear();
            int count = connection.read(owed);
            owed.flip();
            if (count == -1) {
                return false;
            }
        }
        connection.write(owed);
        key.interestOps(owed.hasRemaining() ? SelectionKey.OP_WRITE : SelectionKey.OP_READ);
        return true;
    }
}
