// Creates with std::fs, and lets the file be closed when it is dropped.
// exercise: low_open
// may: file.close-checked (a File that is dropped has nobody to tell that its close failed)
use std::fs::File;
use std::io::{self, Write};

fn main() -> io::Result<()> {
    File::create("data.txt")?.write_all(b"Let's go!\n")
}
