//! `systems`: writes the page of systems and scenarios, and those of workflows, from their tables.
//!
//! Owns the writing. Refuses to judge the table: `tests/tidy` does. Invariant: run twice, it changes nothing the second time.

use gridwalk_tidy::rules::systems::{PAGE, page};
use gridwalk_tidy::rules::workflows;
use gridwalk_tidy::{Tree, tree};
use std::io::{self, Write as _};
use std::process::ExitCode;

/// Writes them.
pub fn run() -> io::Result<ExitCode> {
    let read = Tree::read()?;
    let systems = page(&read).map_err(io::Error::other)?;
    for (path, page) in workflows::pages(&read).into_iter().chain([(PAGE.to_owned(), systems)]) {
        let file = tree::root().join(&path);
        file.parent().map_or(Ok(()), std::fs::create_dir_all)?;
        std::fs::write(file, page)?;
        writeln!(io::stdout(), "{path}")?;
    }
    Ok(ExitCode::SUCCESS)
}
