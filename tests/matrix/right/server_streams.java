// Serves each client in a thread of its own, with the streams of java.net.
// exercise: hello_server
import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

class HelloServer {
    public static void main(String[] args) throws IOException {
        if (args.length != 1) {
            System.err.println("usage: java HelloServer <port>");
            System.exit(1);
        }
        try (ServerSocket listener = new ServerSocket(Integer.parseInt(args[0]))) {
            while (true) {
                Socket connection = listener.accept();
                new Thread(() -> greet(connection)).start();
            }
        }
    }

    private static void greet(Socket connection) {
        try (connection) {
            connection.getOutputStream().write("Hello World!".getBytes(StandardCharsets.US_ASCII));
        } catch (IOException problem) {
            System.err.println(problem);
        }
    }
}
