// Reads the whole file into a vector.
// exercise: low_read
use std::io::{self, Write};
use std::process::ExitCode;

fn main() -> ExitCode {
    match std::fs::read("data.txt").and_then(|content| io::stdout().write_all(&content)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("data.txt: {problem}");
            ExitCode::FAILURE
        }
    }
}
