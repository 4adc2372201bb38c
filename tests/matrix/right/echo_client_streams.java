// Takes lines as bytes from standard input, and reads each answer with readNBytes.
// exercise: echo_client
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

class EchoStreams {
    public static void main(String[] args) {
        if (args.length != 2) {
            System.err.println("usage: java EchoStreams <ip> <port>");
            System.exit(1);
        }
        try (Socket connection = new Socket(args[0], Integer.parseInt(args[1]))) {
            converse(connection);
        } catch (IOException problem) {
            System.err.println(problem);
            System.exit(1);
        }
    }

    private static void converse(Socket connection) throws IOException {
        InputStream input = new BufferedInputStream(System.in);
        byte[] line;
        while ((line = readLine(input)).length > 0 && !isQuit(line)) {
            connection.getOutputStream().write(line);
            byte[] answer = connection.getInputStream().readNBytes(line.length);
            System.out.write(answer, 0, answer.length);
            System.out.flush();
            if (answer.length < line.length) {
                throw new EOFException("the server is gone");
            }
        }
    }

    private static byte[] readLine(InputStream input) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        int one;
        while ((one = input.read()) != -1) {
            line.write(one);
            if (one == '\n') {
                break;
            }
        }
        return line.toByteArray();
    }

    private static boolean isQuit(byte[] line) {
        return new String(line, StandardCharsets.ISO_8859_1).replaceFirst("\n$", "").equalsIgnoreCase("q");
    }
}
