//! Invariant 14, at a quiet point: nothing of what was erased is left anywhere, and none of it comes back.
//!
//! Owns the search. Refuses to trust what stores say of themselves: files are searched as they lie on the disk, too.
//! Invariant: values are searched by their bytes, which nobody typed a second time.

use super::{Broken, hold};
use crate::dump::{PhoneDump, ServerDump};
use crate::ledger::Ledger;
use gridwalk_model::codec::Writer;
use gridwalk_model::state_codec::state_bytes;
use gridwalk_model::value::Value;
use std::path::Path;

/// The bytes by which a value is known; none of what is too short to be one of a kind.
fn needle(value: &Value) -> Option<Vec<u8>> {
    value.as_text().filter(|text| text.starts_with('词'))?;
    let mut w = Writer::default();
    w.value(value);
    Some(w.finish())
}

fn holds(bytes: &[u8], needle: &[u8]) -> bool {
    bytes.windows(needle.len()).any(|window| window == needle)
}

fn erased(ledger: &Ledger) -> Vec<(String, Vec<u8>)> {
    let all = ledger.erased.iter();
    all.filter_map(|gone| Some((format!("{} {:?}", gone.field, gone.value), needle(&gone.value)?))).collect()
}

/// 14. No erased value is in a journal, a state or a file of the server, however often it was put back.
pub fn invariant_14_nothing_erased_is_at_the_server(
    server: &ServerDump,
    folder: &Path,
    ledger: &Ledger,
) -> Result<(), Broken> {
    let erased = erased(ledger);
    if erased.is_empty() {
        return Ok(());
    }
    let mut held: Vec<(String, Vec<u8>)> = Vec::new();
    for space in server.spaces.values() {
        let bodies = space.inbox.iter().filter_map(|received| received.change.as_ref());
        held.extend(bodies.map(|body| (format!("body {:?}", body.name()), body.bytes.to_vec())));
        held.extend(space.states.values().map(|state| (format!("state {}", state.record), state_bytes(state))));
    }
    for name in ["gridwalk.db", "gridwalk.db-wal"] {
        if let Ok(bytes) = std::fs::read(folder.join(name)) {
            held.push((name.to_owned(), bytes));
        }
    }
    search("the server", &held, &erased)
}

/// 14. No erased value is on a phone: in a state, in what it wrote, under needs attention.
pub fn invariant_14_nothing_erased_is_on_a_phone(
    phone: usize,
    dump: &PhoneDump,
    ledger: &Ledger,
) -> Result<(), Broken> {
    let erased = erased(ledger);
    let rows = dump.rows.iter().map(|(record, held)| (format!("state {record}"), state_bytes(&held.state)));
    let own = dump.outbox.iter().chain(&dump.sent).chain(&dump.attention);
    let own = own.map(|own| (format!("own {:?}", own.change.name()), own.change.bytes.to_vec()));
    let held: Vec<_> = if erased.is_empty() { Vec::new() } else { rows.chain(own).collect() };
    search(&format!("phone {phone}"), &held, &erased)
}

fn search(who: &str, held: &[(String, Vec<u8>)], erased: &[(String, Vec<u8>)]) -> Result<(), Broken> {
    for (place, bytes) in held {
        let found = erased.iter().find(|(_, needle)| holds(bytes, needle));
        hold(14, found.is_none(), || format!("{who} still has {:?} in {place}", found.map(|(what, _)| what)))?;
    }
    Ok(())
}
