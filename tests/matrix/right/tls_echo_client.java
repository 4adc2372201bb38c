// Takes lines as bytes from standard input, and reads each answer with readNBytes.
// exercise: tls_echo_client
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

class TlsEchoClient {
    static SSLContext trusting(String authority) throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        try (InputStream file = new FileInputStream(authority)) {
            store.setCertificateEntry("authority", CertificateFactory.getInstance("X.509").generateCertificate(file));
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }

    static byte[] readLine(InputStream input) throws IOException {
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

    static boolean isQuit(byte[] line) {
        return new String(line, StandardCharsets.ISO_8859_1).replaceFirst("\n$", "").equalsIgnoreCase("q");
    }

    static void converse(SSLSocket socket) throws IOException {
        InputStream input = new BufferedInputStream(System.in);
        byte[] line;
        while ((line = readLine(input)).length > 0 && !isQuit(line)) {
            socket.getOutputStream().write(line);
            byte[] answer = socket.getInputStream().readNBytes(line.length);
            System.out.write(answer, 0, answer.length);
            System.out.flush();
            if (answer.length < line.length) {
                throw new EOFException("the server is gone");
            }
        }
    }

    public static void main(String[] args) {
        if (args.length != 4) {
            System.err.println("usage: java TlsEchoClient <ip> <port> <name> <authority>");
            System.exit(2);
        }
        int port = Integer.parseInt(args[1]);
        try (Socket plain = new Socket(args[0], port);
             SSLSocket socket = (SSLSocket) trusting(args[3]).getSocketFactory().createSocket(plain, args[2], port, true)) {
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            socket.setSSLParameters(parameters);
            socket.startHandshake();
            converse(socket);
        } catch (IOException | GeneralSecurityException problem) {
            System.err.println(problem);
            System.exit(1);
        }
    }
}
