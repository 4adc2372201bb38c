// Asks a connection that does not block, and sleeps a fifth of a second when nothing is there.
// exercise: hello_client
use std::io::{self, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::thread;
use std::time::Duration;

fn print_all(mut connection: TcpStream) -> io::Result<()> {
    let mut buffer = [0; 512];
    loop {
        match connection.read(&mut buffer) {
            Ok(0) => return Ok(()),
            Ok(count) => io::stdout().write_all(&buffer[..count])?,
            Err(problem) if problem.kind() == ErrorKind::WouldBlock => thread::sleep(Duration::from_millis(200)),
            Err(problem) if problem.kind() == ErrorKind::Interrupted => continue,
            Err(problem) => return Err(problem),
        }
    }
}

fn run(address: String) -> io::Result<()> {
    let connection = TcpStream::connect(address)?;
    connection.set_nonblocking(true)?;
    print_all(connection)?;
    io::stdout().flush()
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
