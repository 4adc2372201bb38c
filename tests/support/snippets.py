"""Wrappers around snippets of code, so that a compiler can say whether they are right.

What the snippets name and do not declare stands here as data, for each language. All snippets of a language go into one
file, each in a function of its own, so that each compiler starts once.
"""

import builtins
import re
import symtable
import textwrap
from typing import Final

Snippets = dict[str, str]
"""By the names of their patterns."""


def _words(text: str) -> list[str]:
    return text.split()


# ---------------------------------------------------------------- what the snippets name

C_INCLUDES: Final = _words(
    """
    arpa/inet.h errno.h fcntl.h netinet/in.h poll.h pthread.h signal.h stdint.h stdio.h stdlib.h string.h
    sys/select.h sys/socket.h sys/stat.h sys/time.h sys/un.h sys/wait.h unistd.h
"""
)
C_NAMES: Final = """
    enum { BUF_SIZE = 1024, MAX_CLNT = 100 };
    struct kept { char data[BUF_SIZE]; size_t length; };
    extern int argc, serv_sock, clnt_sock, sock, fd, fd1, fd2, fd3, str_len, wanted, filled, result;
    extern int tries, i, ok, error;
    extern int clnt_cnt, clnt_socks[MAX_CLNT];
    extern char **argv, message[BUF_SIZE], answer[BUF_SIZE];
    extern const char *data, *path, *name;
    extern size_t length;
    extern ssize_t sent;
    extern pid_t pid;
    extern pthread_t thread;
    extern struct sockaddr_in serv_addr, clnt_addr;
    extern struct sockaddr_un path_addr;
    extern socklen_t clnt_addr_size;
    extern struct pollfd fds[MAX_CLNT];
    extern struct kept kept[MAX_CLNT];
    extern void error_handling(const char *message);
    extern void handler(int signal_number);
    extern void serve(int connection), send_or_keep(int connection, const char *data, int length);
    extern void *serve_thread(void *argument);
    extern void ask(int connection, const char *line), send_file(int connection, int file);
    extern int write_all(int descriptor, const char *data, size_t length);
    extern int read_answer(int connection, char *buffer, size_t size);
    extern int answer_one(int connection, const char *request, size_t length);
"""
TLS_INCLUDES: Final = _words(
    """
    openssl/err.h openssl/ssl.h openssl/x509v3.h
"""
)
TLS_NAMES: Final = """
    extern SSL_CTX *context;
    extern SSL *tls;
    extern int shake_hands(SSL *tls), echo(SSL *tls);
"""
TLS_OWN: Final = "\n    extern SSL_CTX *context;\n    extern int shake_hands(SSL *tls), echo(SSL *tls);\n"
WINSOCK_INCLUDES: Final = _words(
    """
    winsock2.h ws2tcpip.h stdio.h stdlib.h string.h
"""
)
WINSOCK_NAMES: Final = """
    enum { BUF_SIZE = 1024 };
    extern int argc, str_len, length, wanted;
    extern char **argv, message[BUF_SIZE];
    extern const char *data;
    extern SOCKET serv_sock, clnt_sock, sock;
    extern struct sockaddr_in serv_addr;
    extern void error_handling(const char *message);
    extern void serve(SOCKET connection);
    extern DWORD WINAPI serve_thread(void *argument);
    extern int send_all(SOCKET connection, const char *data, int length);
"""
PYTHON_NAMES: Final = _words(
    """
    contextlib errno os select socket ssl sys threading time address answer answer_to chunk client clients
    connection content context data echo file line listener path plain print_answer result send_file
    send_or_keep serve server wanted name
"""
)
JAVA_IMPORTS: Final = _words(
    """
    java.io.* java.net.* java.nio.ByteBuffer java.nio.channels.* java.nio.charset.StandardCharsets
    java.nio.file.Files java.nio.file.Path java.security.KeyStore java.security.PrivateKey
    java.security.cert.Certificate java.security.cert.CertificateFactory java.util.Arrays java.util.List
    java.util.Set javax.net.ssl.SSLContext javax.net.ssl.SSLParameters javax.net.ssl.SSLSocket
    javax.net.ssl.TrustManagerFactory
"""
)
JAVA_NAMES: Final = """
    static String[] args;
    static String path, name;
    static byte[] message, content;
    static int wanted, port, result;
    static ServerSocket listener;
    static ServerSocketChannel listenerChannel;
    static SocketChannel channel, connectionChannel;
    static ByteBuffer buffer;
    static Selector selector;
    static SelectionKey key;
    static BufferedReader input, answers, requests;
    static OutputStream out;
    static Set<Socket> clients;
    static int count;
    static SocketAddress address;
    static Socket plain;
    static SSLContext context;
    static Certificate certificate;
    static KeyStore store;
    static void converse(Socket connection, InputStream file) throws IOException {}
    static void echo(Socket connection) throws IOException {}
    static void serve(Socket connection) {}
    static void serve(SelectionKey key) {}
    static void printAnswer(Socket connection, String line) throws IOException {}
    static void sendOrKeep(Socket client, byte[] message, int count) {}
    static byte[] answerTo(String request) { return new byte[0]; }
"""
# What differs from snippet to snippet: a name that has one type here and another one there.
JAVA_PARAMETERS: Final = {
    "": "Socket connection",
    "client-connect": "",
    "setup-checked": "",
    "greeting": "",
    "accept-loop": "",
    "each-client-alone": "",
    "thread-for-each": "",
    "ask-and-print": "String line",
    "answer-owed": "Socket connection, byte[] line",
    "tls-answer-owed": "SSLSocket socket, byte[] line",
    "thanks-after-end": "Socket connection, OutputStream file",
    "datagram-echo": "DatagramSocket server",
    "datagram-buffer": "DatagramSocket server",
    "datagram-connect": "DatagramSocket server",
    "datagram-ask": "DatagramSocket server, byte[] line",
    "datagram-time-limit": "DatagramSocket server, DatagramPacket answer",
    "datagram-compare": "DatagramSocket server, DatagramPacket answer, byte[] line",
    "tls-handshake": "SSLSocket socket",
    "tls-read": "SSLSocket socket",
    "tls-lost-client": "SSLSocket socket",
    "tls-close-notify": "SSLSocket socket",
    "tls-version": "SSLSocket socket",
    "tls-certificate": "PrivateKey key",
}
GO_IMPORTS: Final = _words(
    """
    bufio bytes crypto/tls crypto/x509 fmt io log net os time
"""
)
GO_NAMES: Final = """
    func serve(connection net.Conn)                 {}
    func ask(connection net.Conn, line string)      {}
    func answerTo(request string) []byte            { return nil }
    var _ = []any{bufio.ScanLines, bytes.Equal, tls.Dial, x509.NewCertPool, fmt.Print, io.EOF}
    var _ = []any{log.Print, net.Dial, os.Args, time.Now}
"""
GO_PARAMETERS: Final = {
    "": "listener net.Listener, connection net.Conn, path, address string, wanted, result int",
    "end-of-input": "input *bufio.Scanner, connection net.Conn",
    "last-line": "input *bufio.Reader",
    "ask-and-print": "connection net.Conn, answers *bufio.Reader, line string",
    "answer-owed": "connection net.Conn, line []byte",
    "tls-answer-owed": "connection net.Conn, line []byte",
    "thanks-after-end": "connection net.Conn, file *os.File",
    "close-checked": "file *os.File",
    "datagram-echo": "server net.PacketConn, message []byte",
    "datagram-buffer": "server net.PacketConn",
    "datagram-ask": "server net.Conn, line, answer []byte",
    "datagram-time-limit": "server net.Conn, answer []byte",
    "datagram-compare": "server net.Conn, line, answer []byte",
    "tls-verify": "pem []byte, name string",
    "tls-name": "roots *x509.CertPool, name, address string",
    "tls-handshake": "address string, config *tls.Config",
    "tls-version": "config *tls.Config",
}
RUST_USES: Final = """
    use std::fs::{self, File};
    use std::io::{self, BufRead, BufReader, ErrorKind, Read, Write};
    use std::net::{Shutdown, TcpListener, TcpStream, UdpSocket};
    use std::os::fd::IntoRawFd;
    use std::os::unix::net::UnixListener;
    use std::time::Duration;
    use std::{process, thread};
"""
RUST_NAMES: Final = """
    extern "C" { fn close(descriptor: i32) -> i32; }
    fn serve(connection: TcpStream) {}
    fn echo(connection: TcpStream) -> io::Result<()> { Ok(()) }
    fn is_quit(line: &[u8]) -> bool { false }
    fn print_answer(connection: &mut TcpStream, length: usize) -> io::Result<()> { Ok(()) }
    fn answer_to(request: &str) -> Vec<u8> { Vec::new() }
"""
RUST_PARAMETERS: Final = (
    "arguments: Vec<String>, address: &str, path: &str, data: &[u8], wanted: usize, result: i32, listener: TcpListener,"
    " mut connection: TcpStream, mut input: BufReader<File>, mut answers: BufReader<TcpStream>, mut line: Vec<u8>,"
    " mut answer: Vec<u8>, mut message: [u8; 1024], server: UdpSocket, file: File"
)

# ---------------------------------------------------------------- the wrappers

C_BEGIN: Final = '#ifdef __cplusplus\nextern "C" {\n#endif\n'
C_END: Final = "#ifdef __cplusplus\n}\n#endif\n"


def indented(text: str, by: int) -> str:
    """Return lines with so many spaces before each."""
    return textwrap.indent(text.rstrip("\n"), " " * by)


def function_name(pattern: str) -> str:
    """Return what the function around a snippet is called."""
    return "pattern_" + pattern.replace("-", "_")


def c_file(snippets: Snippets, includes: list[str], names: str) -> str:
    """Return a source in C or C++: `continue` and `break` need a loop, and `return -1` a function of a number."""
    functions = (
        f'int {function_name(one)}(void)\n{{\n    do {{\n#line 1 "{one}"\n{indented(text, 8)}\n    }} while (0);\n'
        "    return 0;\n}\n"
        for one, text in snippets.items()
    )
    heads = (f"#include <{name}>\n" for name in includes)
    return "\n".join([*heads, C_BEGIN, textwrap.dedent(names), *functions, C_END])


def java_file(snippets: Snippets) -> str:
    """Return a source in Java."""
    functions = (
        f"    static void {function_name(one)}({JAVA_PARAMETERS.get(one, JAVA_PARAMETERS[''])}) throws Exception {{\n"
        f"{indented(text, 8)}\n    }}\n"
        for one, text in snippets.items()
    )
    imports = (f"import {name};\n" for name in JAVA_IMPORTS)
    return "".join([*imports, "class Patterns {\n", textwrap.dedent(JAVA_NAMES), *functions, "}\n"])


def javascript_file(snippets: Snippets) -> str:
    """Return a source in JavaScript."""
    functions = (
        f"async function {function_name(one)}() {{\n{indented(text, 4)}\n}}\n" for one, text in snippets.items()
    )
    return "'use strict';\n" + "".join(functions)


def go_file(snippets: Snippets) -> str:
    """Return a source in Go, which refuses a variable that nobody uses: what a snippet declares is used behind it."""
    imports = "".join(f'    "{name}"\n' for name in GO_IMPORTS)
    functions = (
        f"func {function_name(one)}({GO_PARAMETERS.get(one, GO_PARAMETERS[''])}) {{\n"
        f"{indented(_go_block(text), 4)}\n}}\n"
        for one, text in snippets.items()
    )
    return "\n".join(
        [f"package main\n\nimport (\n{imports})\n", textwrap.dedent(GO_NAMES), "func main() {}\n", *functions]
    )


def _go_block(text: str) -> str:
    return f"{{\n{text.rstrip()}\n{_go_uses(text)}}}"


def _go_uses(text: str) -> str:
    found = re.findall(r"^(\w+(?:, \w+)*) :=", text, re.MULTILINE)
    names = {name for group in found for name in group.split(", ") if name != "_"}
    return "".join(f"    _ = {name}\n" for name in sorted(names))


def rust_file(snippets: Snippets) -> str:
    """Return a source in Rust."""
    functions = (
        f"fn {function_name(one)}({RUST_PARAMETERS}) -> io::Result<()> {{\n{indented(text, 4)}\n    Ok(())\n}}\n"
        for one, text in snippets.items()
    )
    return "\n".join(["#![allow(warnings)]\n", textwrap.dedent(RUST_USES), textwrap.dedent(RUST_NAMES), *functions])


def unknown_in_python(text: str) -> set[str]:
    """Return the names in a snippet in Python that nobody declares. Raises SyntaxError."""
    table = symtable.symtable(f"while True:\n{indented(text, 4)}\n", "snippet.py", "exec")
    own = {symbol.get_name() for symbol in table.get_symbols() if symbol.is_assigned()}
    used = {symbol.get_name() for symbol in table.get_symbols() if symbol.is_referenced()}
    return used - own - set(PYTHON_NAMES) - set(dir(builtins))
