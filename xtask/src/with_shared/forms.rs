//! Real forms, imported, reckoned and filled as reference programs did.
//!
//! Owns how much must agree. Refuses to compare: `cargo xtask forms check` does. Invariant: an empty count is a failure.

use super::{PATIENCE, words};
use crate::child::{self, Echo};
use crate::report::Row;
use crate::test_all::judge;
use std::path::Path;

/// What is counted, and how many of a thousand must agree. `docs/forms.md` names what does not.
const PARTS: [(&str, u64); 4] = [("workbooks", 990), ("refusals", 1000), ("expressions", 995), ("steps", 998)];
/// Seconds that it may take.
const BUDGET: u64 = 120;

/// Every part of the check agrees as far as it must.
pub fn agreed(folder: &Path, echo: Echo) -> std::io::Result<Row> {
    let name = "real forms";
    let forms = folder.join("forms");
    if !forms.is_dir() {
        return Ok(Row::failed(name, format!("{} is not there", forms.display())));
    }
    let command = words(&["cargo", "xtask", "forms", "check", &forms.to_string_lossy(), "--json"]);
    let outcome = child::run(&command, PATIENCE, echo)?;
    let told = judge::last_object(&outcome.lines).unwrap_or_default();
    let (mut passed, mut faults) = (0, Vec::new());
    for (part, least) in PARTS {
        let count = |key: &str| told.get(part).and_then(|counted| counted.get(key)?.as_u64()).unwrap_or_default();
        let (agreed, total) = (count("agreed"), count("total"));
        passed += agreed;
        if total == 0 || agreed * 1000 < total * least {
            faults.push(format!("{part}: {agreed} of {total} agree"));
        }
    }
    let row = Row { passed, failed: faults.len() as u64, ..Row::passed(name) };
    Ok(Row { faults, budget: BUDGET, seconds: outcome.seconds, ..row })
}
