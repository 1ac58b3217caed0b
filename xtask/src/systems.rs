//! `systems`: writes the page of systems and scenarios from its table.
//!
//! Owns the writing. Refuses to judge the table: `tests/tidy` does. Invariant: run twice, it changes nothing the second time.

use gridwalk_tidy::rules::systems::{PAGE, page};
use gridwalk_tidy::{Tree, tree};
use std::io::{self, Write as _};
use std::process::ExitCode;

/// Writes it.
pub fn run() -> io::Result<ExitCode> {
    let page = page(&Tree::read()?).map_err(io::Error::other)?;
    std::fs::write(tree::root().join(PAGE), page)?;
    writeln!(io::stdout(), "{PAGE}")?;
    Ok(ExitCode::SUCCESS)
}
