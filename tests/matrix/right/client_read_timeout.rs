// Reads with a time-out of half a second, and reads again when it is over.
// exercise: hello_client
use std::io::{self, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

fn run(address: String) -> io::Result<()> {
    let mut connection = TcpStream::connect(address)?;
    connection.set_read_timeout(Some(Duration::from_millis(500)))?;
    let mut buffer = [0; 512];
    loop {
        match connection.read(&mut buffer) {
            Ok(0) => return io::stdout().flush(),
            Ok(count) => io::stdout().write_all(&buffer[..count])?,
            Err(problem) if matches!(problem.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) => continue,
            Err(problem) => return Err(problem),
        }
    }
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if arguments.len() != 3 {
        eprintln!("usage: {} <ip> <port>", arguments[0]);
        std::process::exit(2);
    }
    if let Err(problem) = run(format!("{}:{}", arguments[1], arguments[2])) {
        eprintln!("{problem}");
        std::process::exit(1);
    }
}
