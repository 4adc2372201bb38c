// Asks every socket without blocking, and sleeps five milliseconds when nothing has moved.
// exercise: echo_server
use std::io::{self, ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

const PAUSE: Duration = Duration::from_millis(5);

struct Client {
    connection: TcpStream,
    owed: Vec<u8>,
}

/// Returns how many bytes were moved, or None where that is for later; the end and losses are errors.
fn moved(result: io::Result<usize>) -> io::Result<Option<usize>> {
    match result {
        Ok(0) => Err(ErrorKind::UnexpectedEof.into()),
        Ok(count) => Ok(Some(count)),
        Err(problem) if matches!(problem.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) => Ok(None),
        Err(problem) => Err(problem),
    }
}

impl Client {
    fn step(&mut self) -> io::Result<bool> {
        if self.owed.is_empty() {
            let mut buffer = [0; 4096];
            let count = moved(self.connection.read(&mut buffer))?;
            self.owed.extend(&buffer[..count.unwrap_or(0)]);
            return Ok(count.is_some());
        }
        let count = moved(self.connection.write(&self.owed))?;
        self.owed.drain(..count.unwrap_or(0));
        Ok(count.is_some())
    }
}

fn main() -> io::Result<()> {
    let arguments: Vec<String> = std::env::args().collect();
    if arguments.len() != 2 {
        eprintln!("usage: {} <port>", arguments[0]);
        std::process::exit(2);
    }
    let listener = TcpListener::bind(format!("0.0.0.0:{}", arguments[1]))?;
    listener.set_nonblocking(true)?;
    let mut clients: Vec<Client> = Vec::new();
    loop {
        let mut busy = false;
        if let Ok((connection, _)) = listener.accept() {
            if connection.set_nonblocking(true).is_ok() {
                clients.push(Client { connection, owed: Vec::new() });
                busy = true;
            }
        }
        clients.retain_mut(|client| match client.step() {
            Ok(moved) => {
                busy |= moved;
                true
            }
            Err(_) => false,
        });
        if !busy {
            thread::sleep(PAUSE);
        }
    }
}
