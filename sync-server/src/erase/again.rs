//! What comes again of what was erased: bodies that a phone gives back, and changes whose writers did not know.
//!
//! Owns what is done with both when they are received. Refuses to bring anything back. Invariant: nothing that was erased is
//! ever stored again, by whatever name or way it comes; what somebody typed without knowing waits for a person.

use super::{is_unsaid, note};
use crate::error::Result;
use crate::journal_codec::Blanked;
use crate::store::row::ErasureRow;
use crate::store::{StateRow, Tx};
use crate::writing::Writing;
use gridwalk_model::change::{Change, SealedChange};
use gridwalk_model::exchange::{Erased, PushFrame, PushItem};
use gridwalk_model::hash::Hash;
use gridwalk_model::id::{AccountId, SpaceId};
use gridwalk_model::limits;
use gridwalk_model::name::Name;
use gridwalk_model::op::ERASED;
use gridwalk_model::state_codec::read_state;

/// A body that comes again after something of it was erased: what is left, under the hash with which it came.
pub(crate) struct Back {
    /// What is left.
    pub sealed: SealedChange,
    /// What is known of it.
    pub row: ErasureRow,
}

/// Whether what is received is such a body: whole, as a phone has it that has not heard, or blanked, as one that has.
pub(crate) fn of(
    tx: &dyn Tx,
    frame: &PushFrame,
    item: &PushItem,
    opened: Option<&SealedChange>,
) -> Result<Option<Back>> {
    let own = Name { replica: frame.replica, seq: item.seq, mark: item.hash.mark() };
    let names = opened.map_or_else(|| vec![own], SealedChange::names);
    for name in names {
        let Some(row) = tx.erasure_of(frame.space, name)? else { continue };
        let sealed = match opened {
            Some(sealed) => Some(sealed.without(&row.places)),
            None => left(item, &row),
        };
        return Ok(sealed.map(|sealed| Back { sealed, row }));
    }
    Ok(None)
}

/// A body that its phone had blanked, if what is left of it is what was left here. The phone may have heard of less than what
/// was erased of it: then the rest goes now.
fn left(item: &PushItem, row: &ErasureRow) -> Option<SealedChange> {
    let given = SealedChange::kept(item.body.as_deref()?, item.hash).ok()?;
    let left = if Hash::of_body(&given.bytes) == row.rest { given } else { given.without(&row.places) };
    (Hash::of_body(&left.bytes) == row.rest).then_some(left)
}

/// After such a body was taken: the journal names what is left of it, under the name by which it came.
pub(crate) fn noted(w: &Writing<'_>, frame: &PushFrame, item: &PushItem, back: &Back) -> Result<()> {
    let (space, record) = (frame.space, back.row.record);
    let name = Name { replica: frame.replica, seq: item.seq, mark: item.hash.mark() };
    let body = Blanked::of(name, frame.device, back.row.admitted, &back.sealed);
    let state = w.tx.state(space, record)?.map(|row| read_state(&row.bytes)).transpose()?;
    let say = state.is_some_and(|state| is_unsaid(&state, &back.row.erasure));
    note(w, (space, record), &back.row.erasure, say, &[body])
}

/// Whether a change says something of what was erased before its writer knew.
pub(crate) fn is_unaware(change: &Change, state: Option<&StateRow>) -> Result<bool> {
    // Most states have no such mark: their bytes say so, and need not be read.
    let marked = |bytes: &[u8]| bytes.windows(ERASED.len()).any(|window| window == ERASED.as_bytes());
    let Some(row) = state.filter(|row| marked(&row.bytes)) else { return Ok(false) };
    Ok(read_state(&row.bytes)?.is_unaware_of_erasure(change))
}

/// What was blanked of the bodies that a phone may hold: those that a device of its account gave, for a phone that was
/// enrolled anew still has them, and of which the journal spoke since.
pub(crate) fn told(tx: &dyn Tx, space: SpaceId, account: AccountId, after: u64) -> Result<Vec<Erased>> {
    let mut told = Vec::new();
    for device in tx.devices(account)? {
        let left = limits::ERASED_TOLD_MAX - told.len();
        let rows = tx.erasures_of_device(space, device.id, after, left)?;
        told.extend(rows.into_iter().map(|row| Erased { name: row.name, places: row.places }));
    }
    Ok(told)
}
