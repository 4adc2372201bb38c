// Asks for clients without blocking, and sleeps a tenth of a second in between.
// exercise: hello_server
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;

class PollingServer {
    public static void main(String[] args) throws IOException, InterruptedException {
        if (args.length != 1) {
            System.err.println("usage: java PollingServer <port>");
            System.exit(1);
        }
        try (ServerSocketChannel listener = ServerSocketChannel.open()) {
            listener.bind(new InetSocketAddress(Integer.parseInt(args[0])));
            listener.configureBlocking(false);
            while (true) {
                if (!greetOne(listener)) {
                    Thread.sleep(100);
                }
            }
        }
    }

    private static boolean greetOne(ServerSocketChannel listener) {
        try (SocketChannel connection = listener.accept()) {
            if (connection == null) {
                return false;
            }
            ByteBuffer greeting = ByteBuffer.wrap("Hello World!".getBytes(StandardCharsets.US_ASCII));
            while (greeting.hasRemaining()) {
                connection.write(greeting);
            }
            return true;
        } catch (IOException problem) {
            System.err.println(problem);
            return false;
        }
    }
}
