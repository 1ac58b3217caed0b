//! Our XForm of every workbook, in JavaRosa beside the reference converter's.
//!
//! Owns how much must be the same. Refuses to fill forms: a program in JavaRosa does. Invariant: no form may be filled less
//! well because it is ours.

use super::PATIENCE;
use crate::child::Echo;
use crate::forms::workbooks;
use crate::javarosa::JavaRosa;
use crate::report::Row;
use std::path::Path;

/// Seconds that it may take, with what Maven brings.
const BUDGET: u64 = 180;

/// Every form that JavaRosa fills to its end as the reference converter writes it, it fills alike as we do.
pub fn alike(folder: &Path, must: bool, echo: Echo) -> std::io::Result<Row> {
    let name = "round trip";
    let scratch = tempfile::tempdir()?;
    let begun = std::time::Instant::now();
    let javarosa = match JavaRosa::find(scratch.path())? {
        Ok(javarosa) => javarosa,
        Err(why) => {
            let mut row = Row::skipped(name, why);
            if must {
                row.insist(&[]);
            }
            return Ok(row);
        }
    };
    let pairs = scratch.path().join("pairs");
    std::fs::create_dir(&pairs)?;
    let written = workbooks::write_pairs(&folder.join("forms"), &pairs)?;
    let outcome = match javarosa.run("Walk.java", &[&pairs.to_string_lossy()], PATIENCE, echo)? {
        Ok(outcome) => outcome,
        Err(why) => return Ok(Row::failed(name, why)),
    };
    let verdicts: Vec<Vec<&str>> = outcome.lines.iter().map(|line| line.splitn(3, '\t').collect()).collect();
    let of = |verdict: &str| verdicts.iter().filter(|line| line.get(1) == Some(&verdict)).count() as u64;
    let (same, unfit, other) = (of("same"), of("unfit") + of("chance"), of("differs") + of("b-fails"));
    let mut faults: Vec<String> = verdicts
        .iter()
        .filter(|line| matches!(line.get(1), Some(&("differs" | "b-fails"))))
        .map(|line| line.join(" "))
        .collect();
    if written == 0 || same + unfit + other != written {
        faults.push(format!(
            "{same} alike, {unfit} that JavaRosa does not fill, or not twice alike, {other} not alike, of {written}"
        ));
    }
    let row = Row { passed: same, failed: faults.len() as u64, ..Row::passed(name) };
    Ok(Row { faults, budget: BUDGET, seconds: begun.elapsed().as_secs_f64(), ..row })
}
