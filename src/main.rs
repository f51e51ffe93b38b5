//! The `veilmatch` program: a thin door to the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    veilmatch::cli::main()
}
