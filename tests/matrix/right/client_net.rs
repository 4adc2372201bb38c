// Reads to the end with std::net and prints the message at once.
// exercise: hello_client
use std::io::{self, Read, Write};
use std::net::TcpStream;

fn receive(address: &str) -> io::Result<Vec<u8>> {
    let mut message = Vec::new();
    TcpStream::connect(address)?.read_to_end(&mut message)?;
    Ok(message)
}

fn main() -> io::Result<()> {
    let arguments: Vec<String> = std::env::args().collect();
    if arguments.len() != 3 {
        eprintln!("usage: {} <ip> <port>", arguments[0]);
        std::process::exit(1);
    }
    let message = receive(&format!("{}:{}", arguments[1], arguments[2]))?;
    let mut out = io::stdout();
    out.write_all(b"Message from server: ")?;
    out.write_all(&message)?;
    out.write_all(b"\n")?;
    out.flush()
}
