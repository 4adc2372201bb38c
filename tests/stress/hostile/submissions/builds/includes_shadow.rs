// kind: builds
// exercise: hello_server
// tries: to let a compiler that runs as root read the users' passwords into the program
// promise: status=1 built=no
// needs: rustc

use std::io::Write;
use std::net::TcpListener;

const SECRET: &str = include_str!("/etc/shadow");

fn main() {
    let port = std::env::args().nth(1).unwrap();
    let listener = TcpListener::bind(format!("0.0.0.0:{port}")).unwrap();
    let (mut client, _) = listener.accept().unwrap();
    client.write_all(SECRET.as_bytes()).unwrap();
}
