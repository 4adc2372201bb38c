// Copies the connection to the file with std::io::copy, and closes the file itself, to look at the result.
// exercise: file_client
use std::fs::File;
use std::io;
use std::net::TcpStream;
use std::os::fd::IntoRawFd;

extern "C" {
    fn close(descriptor: i32) -> i32;
}

fn receive(address: &str, path: &str) -> io::Result<()> {
    let mut connection = TcpStream::connect(address)?;
    let mut file = File::create(path)?;
    io::copy(&mut connection, &mut file)?;
    match unsafe { close(file.into_raw_fd()) } {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}

fn main() -> io::Result<()> {
    let arguments: Vec<String> = std::env::args().collect();
    if arguments.len() != 4 {
        eprintln!("usage: {} <ip> <port> <path>", arguments[0]);
        std::process::exit(1);
    }
    receive(&format!("{}:{}", arguments[1], arguments[2]), &arguments[3])
}
