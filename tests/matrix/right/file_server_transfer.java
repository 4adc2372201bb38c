// Serves each client in a thread of its own; the file's stream transfers itself to the connection.
// exercise: file_server
import java.io.FileInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.ServerSocket;
import java.net.Socket;

class FileSender {
    public static void main(String[] args) throws InterruptedException {
        if (args.length != 2) {
            System.err.println("usage: java FileSender <port> <path>");
            System.exit(1);
        }
        try (ServerSocket listener = new ServerSocket(Integer.parseInt(args[0]))) {
            while (true) {
                accept(listener, args[1]);
            }
        } catch (IOException problem) {
            System.err.println(problem);
            System.exit(1);
        }
    }

    /** When descriptors run out it pauses, so as not to spin, and tries again. */
    private static void accept(ServerSocket listener, String path) throws InterruptedException {
        try {
            Socket connection = listener.accept();
            Thread thread = new Thread(() -> send(connection, path));
            thread.setDaemon(true);
            thread.start();
        } catch (IOException problem) {
            System.err.println(problem);
            Thread.sleep(100);
        }
    }

    private static void send(Socket connection, String path) {
        try (connection; FileInputStream file = new FileInputStream(path)) {
            file.transferTo(connection.getOutputStream());
            connection.shutdownOutput();
            connection.getInputStream().transferTo(OutputStream.nullOutputStream());
        } catch (IOException problem) {
            System.err.println(problem);
        }
    }
}
