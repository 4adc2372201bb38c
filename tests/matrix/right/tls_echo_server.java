// A thread for each client, which makes its handshake too.
// exercise: tls_echo_server
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;

class TlsEchoServer {
    static SSLContext showing(String certificate, String key) throws IOException, GeneralSecurityException {
        Certificate[] chain;
        try (var file = Files.newInputStream(Path.of(certificate))) {
            chain = CertificateFactory.getInstance("X.509").generateCertificates(file).toArray(new Certificate[0]);
        }
        String pem = Files.readString(Path.of(key)).replaceAll("-----[^-]*-----", "").replaceAll("\\s", "");
        PrivateKey secret = KeyFactory.getInstance("EC").generatePrivate(
            new PKCS8EncodedKeySpec(Base64.getDecoder().decode(pem)));
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        store.setKeyEntry("server", secret, new char[0], chain);
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, new char[0]);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), null, null);
        return context;
    }

    static void serve(SSLSocket socket) {
        try (socket) {
            socket.getInputStream().transferTo(socket.getOutputStream());
        } catch (IOException problem) {
            System.err.println(problem);
        }
    }

    public static void main(String[] args) {
        if (args.length != 3) {
            System.err.println("usage: java TlsEchoServer <port> <certificate> <key>");
            System.exit(2);
        }
        try (SSLServerSocket listener = (SSLServerSocket) showing(args[1], args[2]).getServerSocketFactory()
                .createServerSocket(Integer.parseInt(args[0]))) {
            while (true) {
                try {
                    SSLSocket socket = (SSLSocket) listener.accept();
                    new Thread(() -> serve(socket)).start();
                } catch (IOException problem) {
                    System.err.println(problem);
                }
            }
        } catch (IOException | GeneralSecurityException problem) {
            System.err.println(problem);
            System.exit(1);
        }
    }
}
