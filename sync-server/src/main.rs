//! `gridwalk-server`: the server and its administration on a command line.
//!
//! Owns the process: arguments, terminal, signals, exit status. Refuses to decide anything that the library decides.
//! Invariant: whatever goes wrong ends with one clear sentence and a status that is not 0.

mod cli;

/// Changes and states are many small pieces: the platform's allocator takes a sixth of all time for them.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    cli::main()
}
