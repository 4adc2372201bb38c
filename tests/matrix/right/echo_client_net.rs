// Takes lines as bytes with read_until, and reads each answer with read_exact.
// exercise: echo_client
use std::io::{self, BufRead, Read, Write};
use std::net::TcpStream;

fn is_quit(line: &[u8]) -> bool {
    matches!(line.strip_suffix(b"\n").unwrap_or(line), b"Q" | b"q")
}

fn converse(address: &str) -> io::Result<()> {
    let mut connection = TcpStream::connect(address)?;
    let mut input = io::stdin().lock();
    let mut line = Vec::new();
    while input.read_until(b'\n', &mut line)? > 0 && !is_quit(&line) {
        connection.write_all(&line)?;
        connection.read_exact(&mut line)?;
        io::stdout().write_all(&line)?;
        io::stdout().flush()?;
        line.clear();
    }
    Ok(())
}

fn main() -> io::Result<()> {
    let arguments: Vec<String> = std::env::args().collect();
    if arguments.len() != 3 {
        eprintln!("usage: {} <ip> <port>", arguments[0]);
        std::process::exit(1);
    }
    converse(&format!("{}:{}", arguments[1], arguments[2]))
}
