// Reads for as long as something is there already, and takes that for the whole message.
// exercise: hello_client
// breaks: transfer.any-split
// may: robust.failed-transfer-reported (a reset after the first part is never seen)

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;

class HelloClient {
    public static void main(String[] args) throws IOException {
        if (args.length != 2) {
            System.err.println("Usage: HelloClient <ip> <port>");
            System.exit(1);
        }
        try (Socket server = new Socket(args[0], Integer.parseInt(args[1]))) {
            InputStream in = server.getInputStream();
            System.out.print("Message from server: ");
            int next = in.read();
            while (next != -1) {
                System.out.write(next);
                next = in.available() > 0 ? in.read() : -1;
            }
            System.out.println();
        }
    }
}
