// Asks the sockets and the file of the standard library for their descriptors.
// exercise: fd_seri
use std::fs::File;
use std::io;
use std::net::{TcpListener, UdpSocket};
use std::os::fd::AsRawFd;

fn main() -> io::Result<()> {
    let first = TcpListener::bind("127.0.0.1:0")?;
    let second = File::create("test.dat")?;
    let third = UdpSocket::bind("127.0.0.1:0")?;
    println!("file descriptor 1: {}", first.as_raw_fd());
    println!("file descriptor 2: {}", second.as_raw_fd());
    println!("file descriptor 3: {}", third.as_raw_fd());
    Ok(())
}
