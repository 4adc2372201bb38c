// Verifies the server by its own trust store, and copies the message to standard output.
// exercise: tls_hello_client
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

class TlsClient {
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

    public static void main(String[] args) {
        if (args.length != 4) {
            System.err.println("usage: java TlsClient <ip> <port> <name> <authority>");
            System.exit(2);
        }
        int port = Integer.parseInt(args[1]);
        try (Socket plain = new Socket(args[0], port);
             SSLSocket socket = (SSLSocket) trusting(args[3]).getSocketFactory().createSocket(plain, args[2], port, true)) {
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            socket.setSSLParameters(parameters);
            socket.startHandshake();
            socket.getInputStream().transferTo(System.out);
            System.out.println();
        } catch (IOException | GeneralSecurityException problem) {
            System.err.println(problem);
            System.exit(1);
        }
    }
}
