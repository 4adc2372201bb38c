// Waits for a line from the client before it sends the greeting.
// exercise: hello_server
// breaks: transfer.greeting

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.ServerSocket;
import java.net.Socket;

class HelloServer {
    public static void main(String[] args) throws IOException {
        if (args.length != 1) {
            System.err.println("Usage: HelloServer <port>");
            System.exit(1);
        }
        try (ServerSocket listener = new ServerSocket(Integer.parseInt(args[0]));
                Socket client = listener.accept()) {
            BufferedReader in = new BufferedReader(new InputStreamReader(client.getInputStream()));
            OutputStream out = client.getOutputStream();
            in.readLine();
            out.write("Hello World!".getBytes());
        }
    }
}
