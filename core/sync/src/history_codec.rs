//! The history of a record as the server tells it: what was admitted, when it counts, and who approved it.
//!
//! Owns the reading of `GET /v1/history`. Refuses to fold it. Invariant: what a later version adds behind what is read
//! here is passed over.

use gridwalk_model::change::SealedChange;
use gridwalk_model::codec::{Malformed, Reader};
use gridwalk_model::id::AccountId;
use gridwalk_model::limits;
use gridwalk_model::time::Timestamp;

/// One admitted change.
#[derive(Debug, Clone)]
pub struct Admitted {
    /// Its place in the journal.
    pub pos: u64,
    /// When the server had it.
    pub received_at: Timestamp,
    /// When it counts.
    pub effective: Timestamp,
    /// Who approved it, if it had waited.
    pub approved_by: Option<AccountId>,
    /// Whether it came along when the record moved here from another county.
    pub carried: bool,
    /// What was typed; `None` where it was erased.
    pub change: Option<SealedChange>,
}

/// Reads an answer; entries that are no admitted changes are passed over.
pub fn read_history(bytes: &[u8]) -> Result<Vec<Admitted>, Malformed> {
    let mut r = Reader::new(bytes);
    let mut found = Vec::new();
    for _ in 0..r.list(limits::HISTORY_READ_MAX)? {
        r.array_of(4)?;
        let (kind, pos, entry) = (r.uint()?, r.uint()?, r.bytes()?);
        let body = if r.null()? { None } else { Some(r.bytes()?) };
        if matches!(kind, 0 | 3) {
            found.push(admitted(pos, kind == 3, entry, body)?);
        }
    }
    r.end()?;
    Ok(found)
}

fn admitted(pos: u64, carried: bool, entry: &[u8], body: Option<&[u8]>) -> Result<Admitted, Malformed> {
    let mut r = Reader::new(entry);
    r.array()?;
    let (_code, _pos, received_at, effective) = (r.uint()?, r.uint()?, r.int()?, r.int()?);
    let (_early, _also_seen) = (r.names()?, r.names()?);
    if !r.null()? {
        r.raw()?;
    }
    if !r.null()? {
        r.uint()?;
    }
    let approved_by = if r.null()? { None } else { Some(AccountId(r.b16()?)) };
    let change = body.map(SealedChange::open).transpose()?;
    let (received_at, effective) = (Timestamp(received_at), Timestamp(effective));
    Ok(Admitted { pos, received_at, effective, approved_by, carried, change })
}
