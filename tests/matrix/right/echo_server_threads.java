// Serves each client in a thread of its own, with the streams of its socket.
// exercise: echo_server
import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;

class EchoThreads {
    public static void main(String[] args) throws InterruptedException {
        if (args.length != 1) {
            System.err.println("usage: java EchoThreads <port>");
            System.exit(1);
        }
        try (ServerSocket listener = new ServerSocket(Integer.parseInt(args[0]))) {
            while (true) {
                accept(listener);
            }
        } catch (IOException problem) {
            System.err.println(problem);
            System.exit(1);
        }
    }

    /** When descriptors run out it pauses, so as not to spin, and tries again. */
    private static void accept(ServerSocket listener) throws InterruptedException {
        try {
            Socket connection = listener.accept();
            Thread thread = new Thread(() -> echo(connection));
            thread.setDaemon(true);
            thread.start();
        } catch (IOException problem) {
            System.err.println(problem);
            Thread.sleep(100);
        }
    }

    private static void echo(Socket connection) {
        try (connection) {
            connection.getInputStream().transferTo(connection.getOutputStream());
        } catch (IOException problem) {
            System.err.println(problem);
        }
    }
}
