// Lets the standard library copy the connection to standard output, which on Linux may be done by splice.
// exercise: hello_client
use std::io::{self, ErrorKind};
use std::net::TcpStream;

// What was copied before an interruption is written: the next copy goes on behind it.
fn copy_all(mut from: TcpStream) -> io::Result<()> {
    loop {
        match io::copy(&mut from, &mut io::stdout().lock()) {
            Err(problem) if problem.kind() == ErrorKind::Interrupted => continue,
            Err(problem) => return Err(problem),
            Ok(_) => return Ok(()),
        }
    }
}

fn main() -> io::Result<()> {
    let arguments: Vec<String> = std::env::args().collect();
    if arguments.len() != 3 {
        eprintln!("usage: {} <ip> <port>", arguments[0]);
        std::process::exit(1);
    }
    let address = format!("{}:{}", arguments[1], arguments[2]);
    copy_all(TcpStream::connect(address)?)
}
