// Serves client after client with std::net.
// exercise: hello_server
use std::io::{self, Write};
use std::net::TcpListener;

fn main() -> io::Result<()> {
    let arguments: Vec<String> = std::env::args().collect();
    if arguments.len() != 2 {
        eprintln!("usage: {} <port>", arguments[0]);
        std::process::exit(2);
    }
    let listener = TcpListener::bind(format!("0.0.0.0:{}", arguments[1]))?;
    for connection in listener.incoming() {
        if let Err(problem) = connection?.write_all(b"Hello World!") {
            eprintln!("{problem}");
        }
    }
    Ok(())
}
