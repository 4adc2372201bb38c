// Serves each client in a thread of its own, with read and write_all.
// exercise: echo_server
use std::io::{self, ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

fn echo(mut connection: TcpStream) -> io::Result<()> {
    let mut buffer = [0; 4096];
    loop {
        match connection.read(&mut buffer) {
            Ok(0) => return Ok(()),
            Ok(count) => connection.write_all(&buffer[..count])?,
            Err(problem) if problem.kind() == ErrorKind::Interrupted => continue,
            Err(problem) => return Err(problem),
        }
    }
}

fn serve(connection: TcpStream) {
    if let Err(problem) = echo(connection) {
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
            Ok(connection) => drop(thread::Builder::new().spawn(move || serve(connection))),
            Err(problem) if problem.kind() == ErrorKind::ConnectionAborted => continue,
            Err(problem) => {
                eprintln!("accept: {problem}");
                thread::sleep(Duration::from_millis(100));
            }
        }
    }
    Ok(())
}
