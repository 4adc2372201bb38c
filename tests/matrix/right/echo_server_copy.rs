// Serves one client at a time with std::io::copy, which lets the system move the bytes where it can.
// exercise: echo_server
use std::io;
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

fn echo(connection: &TcpStream) {
    if let Err(problem) = io::copy(&mut &*connection, &mut &*connection) {
        eprintln!("{problem}");
    }
}

fn main() -> io::Result<()> {
    let arguments: Vec<String> = std::env::args().collect();
    if arguments.len() != 2 {
        eprintln!("usage: {} <port>", arguments[0]);
        std::process::exit(2);
    }
    let listener = TcpListener::bind(format!("0.0.0.0:{}", arguments[1]))?;
    for connection in listener.incoming() {
        match connection {
            Ok(connection) => echo(&connection),
            Err(problem) if problem.kind() == io::ErrorKind::ConnectionAborted => continue,
            Err(problem) => {
                eprintln!("accept: {problem}");
                thread::sleep(Duration::from_millis(100));
            }
        }
    }
    Ok(())
}
