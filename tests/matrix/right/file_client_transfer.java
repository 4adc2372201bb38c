// Lets the stream of the connection transfer itself to a new file.
// exercise: file_client
import java.io.FileOutputStream;
import java.io.IOException;
import java.net.Socket;

class FileReceiver {
    public static void main(String[] args) {
        if (args.length != 3) {
            System.err.println("usage: java FileReceiver <ip> <port> <path>");
            System.exit(1);
        }
        try (Socket connection = new Socket(args[0], Integer.parseInt(args[1]));
                FileOutputStream file = new FileOutputStream(args[2])) {
            connection.getInputStream().transferTo(file);
        } catch (IOException problem) {
            System.err.println(problem);
            System.exit(1);
        }
    }
}
