// Takes the descriptor out of the file of std::fs, to close it and look at the result.
// exercise: low_open
use std::fs::OpenOptions;
use std::io::{self, Write};
use std::os::fd::IntoRawFd;
use std::os::unix::fs::OpenOptionsExt;

extern "C" {
    fn close(descriptor: i32) -> i32;
}

fn main() -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o644).open("data.txt")?;
    file.write_all(b"Let's go!\n")?;
    match unsafe { close(file.into_raw_fd()) } {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}
