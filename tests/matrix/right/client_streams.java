// Reads the stream of a socket to its end.
// exercise: hello_client
import java.io.IOException;
import java.net.Socket;

class HelloClient {
    public static void main(String[] args) throws IOException {
        if (args.length != 2) {
            System.err.println("usage: java HelloClient <ip> <port>");
            System.exit(1);
        }
        try (Socket connection = new Socket(args[0], Integer.parseInt(args[1]))) {
            connection.getInputStream().transferTo(System.out);
        }
        System.out.println();
    }
}
