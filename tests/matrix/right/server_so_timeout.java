// Accepts with a time-out of a second, and accepts again when it is over.
// exercise: hello_server
import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;

class PatientServer {
    public static void main(String[] args) throws IOException {
        if (args.length != 1) {
            System.err.println("usage: java PatientServer <port>");
            System.exit(1);
        }
        try (ServerSocket listener = new ServerSocket(Integer.parseInt(args[0]))) {
            listener.setSoTimeout(1000);
            while (true) {
                try (Socket connection = listener.accept()) {
                    connection.getOutputStream().write("Hello World!".getBytes(StandardCharsets.US_ASCII));
                } catch (SocketTimeoutException nobody) {
                    continue;
                } catch (IOException problem) {
                    System.err.println(problem);
                }
            }
        }
    }
}
