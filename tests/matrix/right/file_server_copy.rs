// Serves one client at a time with std::io::copy, which lets the system send the file.
// exercise: file_server
use std::fs::File;
use std::io;
use std::net::{Shutdown, TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

fn send(mut connection: &TcpStream, path: &str) -> io::Result<()> {
    io::copy(&mut File::open(path)?, &mut connection)?;
    connection.shutdown(Shutdown::Write)?;
    io::copy(&mut connection, &mut io::sink())?;
    Ok(())
}

fn serve(connection: TcpStream, path: &str) {
    if let Err(problem) = send(&connection, path) {
        eprintln!("{path}: {problem}");
    }
}

fn main() -> io::Result<()> {
    let arguments: Vec<String> = std::env::args().collect();
    if arguments.len() != 3 {
        eprintln!("usage: {} <port> <path>", arguments[0]);
        std::process::exit(2);
    }
    let listener = TcpListener::bind(format!("0.0.0.0:{}", arguments[1]))?;
    for connection in listener.incoming() {
        match connection {
            Ok(connection) => serve(connection, &arguments[2]),
            Err(problem) if problem.kind() == io::ErrorKind::ConnectionAborted => continue,
            Err(problem) => {
                eprintln!("accept: {problem}");
                thread::sleep(Duration::from_millis(100));
            }
        }
    }
    Ok(())
}
