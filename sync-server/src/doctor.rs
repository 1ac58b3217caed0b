//! An examination of a server: what is well, what will not be for long, and what is broken.
//!
//! Owns what is looked at and the grade of each finding. Refuses to mend anything, and to speak: words stand under
//! `doctor.<code>`, the way on under `doctor.<code>_way`. Invariant: a finding that is not good has a way on.

use crate::api::handover::BACKED_UP_AT;
use crate::auth;
use crate::error::{Result, ServerError};
use crate::limits;
use crate::server::Running;
use crate::verify;
use crate::writing::Reading;
use gridwalk_model::time::Timestamp;
use std::path::Path;

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Grade {
    /// As it should be.
    Good,
    /// It works, but somebody should look.
    Warning,
    /// It does not work.
    Bad,
}

/// A finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Stable code.
    pub code: &'static str,
    /// How bad it is.
    pub grade: Grade,
    /// What fills the gaps of its words.
    pub gaps: Vec<(&'static str, String)>,
}

/// Every code that there is.
pub const CODES: &[(&str, Grade)] = &[
    ("versions", Grade::Good),
    ("folder_good", Grade::Good),
    ("folder_missing", Grade::Bad),
    ("folder_open", Grade::Warning),
    ("database_closed", Grade::Bad),
    ("database_good", Grade::Good),
    ("database_damaged", Grade::Bad),
    ("disk_good", Grade::Good),
    ("disk_low", Grade::Warning),
    ("disk_short", Grade::Bad),
    ("disk_unknown", Grade::Warning),
    ("clock_good", Grade::Good),
    ("clock_behind", Grade::Bad),
    ("keys_good", Grade::Good),
    ("chain_good", Grade::Good),
    ("chain_sampled", Grade::Good),
    ("chain_broken", Grade::Bad),
    ("state_differs", Grade::Bad),
    ("sums_differ", Grade::Warning),
    ("timelines", Grade::Good),
    ("backup_good", Grade::Good),
    ("backup_old", Grade::Warning),
    ("backup_never", Grade::Warning),
    ("port_free", Grade::Good),
    ("port_taken", Grade::Warning),
    ("port_refused", Grade::Bad),
];

/// A finding by its code; one that is in no list is bad.
pub fn found(code: &'static str, gaps: &[(&'static str, String)]) -> Finding {
    let grade = CODES.iter().find(|(known, _)| *known == code).map_or(Grade::Bad, |(_, grade)| *grade);
    Finding { code, grade, gaps: gaps.to_vec() }
}

/// Looks at the folder, before anything in it is opened.
pub fn folder(folder: &Path) -> Finding {
    let shown = [("folder", folder.display().to_string())];
    let Ok(about) = folder.metadata() else { return found("folder_missing", &shown) };
    if !about.is_dir() {
        return found("folder_missing", &shown);
    }
    #[cfg(unix)]
    if std::os::unix::fs::PermissionsExt::mode(&about.permissions()) & 0o077 != 0 {
        return found("folder_open", &shown);
    }
    found("folder_good", &shown)
}

/// Tells why the database could not be opened.
pub fn closed(error: &ServerError) -> Finding {
    found("database_closed", &[("found", error.code().to_owned())])
}

/// Whether a server could listen at an address.
pub fn port(address: &str) -> Finding {
    let shown = |found: &std::io::Error| [("address", address.to_owned()), ("found", found.kind().to_string())];
    match std::net::TcpListener::bind(address) {
        Ok(_) => found("port_free", &[("address", address.to_owned())]),
        Err(e) if e.kind() == std::io::ErrorKind::AddrInUse => found("port_taken", &shown(&e)),
        Err(e) => found("port_refused", &shown(&e)),
    }
}

/// Looks at an open server; `whole` reads every page, every entry and every state.
pub fn examine(running: &Running, whole: bool) -> Result<Vec<Finding>> {
    let facts = running.store.facts()?;
    let protocols: Vec<String> = auth::served().iter().map(ToString::to_string).collect();
    let mut findings = vec![found(
        "versions",
        &[
            ("version", env!("CARGO_PKG_VERSION").to_owned()),
            ("engine", facts.engine),
            ("schema", facts.schema.to_string()),
            ("protocol", protocols.join(", ")),
        ],
    )];
    findings.push(match running.store.check(whole)? {
        None => found("database_good", &[("size", mebibytes(facts.bytes))]),
        Some(told) => found("database_damaged", &[("found", told)]),
    });
    findings.push(disk((running.options.disk_free)(&running.options.folder)));
    findings.push(found("keys_good", &[("device", auth::short_hash(running.device))]));
    running.read(|r| {
        findings.push(clock(r, running.now())?);
        findings.push(backup(r)?);
        for space in r.tx.spaces()? {
            findings.push(found(
                "timelines",
                &[("space", space.name.clone()), ("count", r.tx.branches(space.id)?.len().to_string())],
            ));
            journal(r, &space, whole, &mut findings)?;
        }
        Ok(())
    })?;
    Ok(findings)
}

fn disk(free: Option<u64>) -> Finding {
    let Some(free) = free else { return found("disk_unknown", &[]) };
    let code = match free {
        free if free < limits::DISK_FREE_BYTES_MIN => "disk_short",
        free if free < 4 * limits::DISK_FREE_BYTES_MIN => "disk_low",
        _ => "disk_good",
    };
    found(code, &[("free", mebibytes(free)), ("least", mebibytes(limits::DISK_FREE_BYTES_MIN))])
}

/// The clock, beside the greatest time that anything was received at: time never falls in here, a clock may.
fn clock(r: &Reading<'_>, now: Timestamp) -> Result<Finding> {
    let behind_ms = r.tx.standing()?.1.0.saturating_sub(now.0);
    let (code, s) =
        if behind_ms > limits::CLOCK_BEHIND_MS_MAX { ("clock_behind", behind_ms / 1000) } else { ("clock_good", 0) };
    Ok(found(code, &[("seconds", s.to_string()), ("now", crate::page::moment(now))]))
}

fn backup(r: &Reading<'_>) -> Result<Finding> {
    let at = r.tx.meta(BACKED_UP_AT)?.and_then(|b| <[u8; 8]>::try_from(b).ok()).map(i64::from_be_bytes);
    let Some(at) = at else { return Ok(found("backup_never", &[])) };
    let days = r.now.0.saturating_sub(at) / (24 * 3600 * 1000);
    let code = if days >= limits::BACKUP_DAYS_MAX { "backup_old" } else { "backup_good" };
    Ok(found(code, &[("at", crate::page::moment(Timestamp(at))), ("days", days.to_string())]))
}

fn journal(r: &Reading<'_>, space: &crate::store::SpaceRow, whole: bool, findings: &mut Vec<Finding>) -> Result<()> {
    let name = || ("space", space.name.clone());
    let walked = if whole { verify::chain(r, space.id)? } else { verify::chain_sampled(r, space.id)? };
    findings.push(match walked {
        Ok(entries) => {
            found(if whole { "chain_good" } else { "chain_sampled" }, &[name(), ("entries", entries.to_string())])
        }
        Err(bad) => found("chain_broken", &[name(), ("place", bad.place())]),
    });
    if whole && let Err(bad) = verify::states(r, space.id)? {
        findings.push(found("state_differs", &[name(), ("place", bad.place())]));
    }
    if whole && let Err(bad) = verify::digests(r, space.id)? {
        findings.push(found("sums_differ", &[name(), ("place", bad.place())]));
    }
    Ok(())
}

fn mebibytes(bytes: u64) -> String {
    (bytes / (1024 * 1024)).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::Language;

    #[test]
    fn every_finding_has_words_and_what_is_not_good_a_way_on() {
        for language in Language::ALL {
            for (code, grade) in CODES {
                assert!(language.has(&format!("doctor.{code}")), "{language:?} {code}");
                let way = language.has(&format!("doctor.{code}_way"));
                assert_eq!(way, *grade != Grade::Good, "{language:?} {code}");
            }
        }
    }

    #[test]
    fn a_disk_is_good_low_or_short() {
        let free = [Some(u64::MAX), Some(limits::DISK_FREE_BYTES_MIN), Some(1), None];
        assert_eq!(free.map(|f| disk(f).code), ["disk_good", "disk_low", "disk_short", "disk_unknown"]);
    }
}
