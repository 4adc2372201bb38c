// Asks a channel that does not block, and sleeps 50 milliseconds when nothing is there.
// exercise: hello_client
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

class PollingClient {
    public static void main(String[] args) throws InterruptedException {
        if (args.length != 2) {
            System.err.println("usage: java PollingClient <ip> <port>");
            System.exit(1);
        }
        InetSocketAddress server = new InetSocketAddress(args[0], Integer.parseInt(args[1]));
        try (SocketChannel connection = SocketChannel.open(server)) {
            connection.configureBlocking(false);
            printAll(connection);
        } catch (IOException problem) {
            System.err.println(problem);
            System.exit(1);
        }
    }

    private static void printAll(SocketChannel connection) throws IOException, InterruptedException {
        ByteBuffer buffer = ByteBuffer.allocate(1024);
        int count;
        while ((count = connection.read(buffer)) != -1) {
            if (count == 0) {
                Thread.sleep(50);
            }
            System.out.write(buffer.array(), 0, buffer.position());
            buffer.clear();
        }
        System.out.flush();
    }
}
