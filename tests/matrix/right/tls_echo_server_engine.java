// All clients in one loop around a selector: an SSLEngine turns what the channels carry into what is said.
// exercise: tls_echo_server
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
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
import javax.net.ssl.SSLEngine;

class TlsEchoEngine {
    private final SocketChannel channel;
    private final SSLEngine engine;
    private final ByteBuffer came;
    private final ByteBuffer going;
    private final ByteBuffer owed;

    private TlsEchoEngine(SocketChannel channel, SSLContext context) {
        this.channel = channel;
        engine = context.createSSLEngine();
        engine.setUseClientMode(false);
        came = ByteBuffer.allocate(2 * engine.getSession().getPacketBufferSize());
        going = ByteBuffer.allocate(2 * engine.getSession().getPacketBufferSize()).flip();
        owed = ByteBuffer.allocate(engine.getSession().getApplicationBufferSize());
    }

    /** Goes on as far as it can; returns what is to be waited for, or 0 where the conversation is over. */
    private int goOn() throws IOException {
        while (true) {
            channel.write(going);
            if (going.hasRemaining()) {
                return SelectionKey.OP_WRITE;
            }
            switch (engine.getHandshakeStatus()) {
                case NEED_TASK -> engine.getDelegatedTask().run();
                case NEED_WRAP -> wrap();
                default -> {
                    if (owed.position() > 0) {
                        wrap();
                    } else if (engine.isOutboundDone()) {
                        return 0;
                    } else if (!unwrap()) {
                        return SelectionKey.OP_READ;
                    }
                }
            }
        }
    }

    private void wrap() throws IOException {
        owed.flip();
        going.clear();
        engine.wrap(owed, going);
        going.flip();
        owed.compact();
    }

    /** Tells whether there was a record; reads where there was none. Throws where the client ends without goodbye. */
    private boolean unwrap() throws IOException {
        came.flip();
        var status = engine.unwrap(came, owed).getStatus();
        came.compact();
        switch (status) {
            case CLOSED -> engine.closeOutbound();
            case BUFFER_UNDERFLOW -> {
                int count = channel.read(came);
                if (count == -1) {
                    engine.closeInbound();
                    engine.closeOutbound();
                }
                return count != 0;
            }
            default -> { }
        }
        return true;
    }

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

    private static void greet(SelectionKey key, SSLContext context) {
        try {
            SocketChannel channel = ((ServerSocketChannel) key.channel()).accept();
            if (channel != null) {
                channel.configureBlocking(false);
                channel.register(key.selector(), SelectionKey.OP_READ, new TlsEchoEngine(channel, context));
            }
        } catch (IOException problem) {
            System.err.println(problem);
            pause();
        }
    }

    /** When descriptors run out, this keeps it from spinning. */
    private static void pause() {
        try {
            Thread.sleep(100);
        } catch (InterruptedException problem) {
            Thread.currentThread().interrupt();
        }
    }

    private static void step(SelectionKey key) {
        TlsEchoEngine client = (TlsEchoEngine) key.attachment();
        int wanted = 0;
        try {
            wanted = client.goOn();
        } catch (IOException problem) {
            System.err.println(problem);
            client.sayWhy();
        }
        if (wanted != 0) {
            key.interestOps(wanted);
            return;
        }
        try {
            client.channel.close();
        } catch (IOException problem) {
            System.err.println(problem);
        }
    }

    /** Sends the alert that an engine has made when it failed, as far as it goes out at once. */
    private void sayWhy() {
        try {
            engine.closeOutbound();
            wrap();
            channel.write(going);
        } catch (IOException problem) {
            System.err.println(problem);
        }
    }

    public static void main(String[] args) {
        if (args.length != 3) {
            System.err.println("usage: java TlsEchoEngine <port> <certificate> <key>");
            System.exit(2);
        }
        try (Selector selector = Selector.open(); ServerSocketChannel listener = ServerSocketChannel.open()) {
            SSLContext context = showing(args[1], args[2]);
            listener.bind(new InetSocketAddress(Integer.parseInt(args[0])));
            listener.configureBlocking(false);
            listener.register(selector, SelectionKey.OP_ACCEPT);
            while (true) {
                selector.select(key -> {
                    if (key.isAcceptable()) {
                        greet(key, context);
                    } else {
                        step(key);
                    }
                });
            }
        } catch (IOException | GeneralSecurityException problem) {
            System.err.println(problem);
            System.exit(1);
        }
    }
}
