// Reads everything into a vector, and lets std::fs write it.
// exercise: file_client
// may: file.close-checked (std::fs::write drops its file, and nobody is told that the close failed)
use std::io::{self, Read};
use std::net::TcpStream;

fn receive(address: &str) -> io::Result<Vec<u8>> {
    let mut content = Vec::new();
    TcpStream::connect(address)?.read_to_end(&mut content)?;
    Ok(content)
}

fn main() -> io::Result<()> {
    let arguments: Vec<String> = std::env::args().collect();
    if arguments.len() != 4 {
        eprintln!("usage: {} <ip> <port> <path>", arguments[0]);
        std::process::exit(1);
    }
    std::fs::write(&arguments[3], receive(&format!("{}:{}", arguments[1], arguments[2]))?)
}
