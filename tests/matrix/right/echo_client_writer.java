// Lines with a BufferedReader and a PrintWriter in ISO-8859-1; both are looked at for errors.
// exercise: echo_client
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

class EchoClient {
    public static void main(String[] args) throws IOException {
        if (args.length != 2) {
            System.err.println("usage: EchoClient <ip> <port>");
            System.exit(1);
        }
        var latin = StandardCharsets.ISO_8859_1;
        var out = new PrintStream(System.out, true, latin);
        try (var socket = new Socket(args[0], Integer.parseInt(args[1]));
                var answers = new BufferedReader(new InputStreamReader(socket.getInputStream(), latin));
                var to = new PrintWriter(new OutputStreamWriter(socket.getOutputStream(), latin), true);
                var input = new BufferedReader(new InputStreamReader(System.in, latin))) {
            String line;
            while ((line = input.readLine()) != null && !line.equalsIgnoreCase("q")) {
                to.print(line + "\n");
                if (to.checkError()) {
                    throw new IOException("cannot send");
                }
                var answer = new StringBuilder();
                int c;
                while ((c = answers.read()) != -1 && c != '\n') {
                    answer.append((char) c);
                }
                if (c == -1) {
                    throw new IOException("the server ended the connection");
                }
                out.println("Server: " + answer);
            }
        } catch (IOException error) {
            System.err.println("EchoClient: " + error.getMessage());
            System.exit(1);
        }
    }
}
