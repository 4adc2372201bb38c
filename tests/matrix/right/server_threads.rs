// Serves each client in a thread of its own, on IPv4 and IPv6.
// exercise: hello_server
use std::io::Write;
use std::net::{Ipv6Addr, TcpListener, TcpStream};
use std::thread;

fn greet(mut connection: TcpStream) {
    if let Err(problem) = connection.write_all(b"Hello World!") {
        eprintln!("{problem}");
    }
}

fn main() {
    let port = match std::env::args().nth(1).map(|text| text.parse::<u16>()) {
        Some(Ok(port)) => port,
        _ => {
            eprintln!("usage: server_threads <port>");
            std::process::exit(1);
        }
    };
    let listener = TcpListener::bind((Ipv6Addr::UNSPECIFIED, port)).expect("no listener");
    for connection in listener.incoming() {
        let connection = connection.expect("no connection");
        thread::spawn(move || greet(connection));
    }
}
