//! What is left of erased things beside the journal: hand-overs, pictures, and pages of the database's file.
//!
//! Owns their removal. Refuses to judge what is erased. Invariant: the mark that something may remain is written with the
//! erasure, and goes only when pictures are removed and the file and its log were written anew; until then each start tries.

use super::whereabouts;
use crate::error::Result;
use crate::server::Running;
use crate::store::Tx;
use crate::writing::Writing;
use gridwalk_model::change::SealedChange;
use gridwalk_model::hash::Hash;
use gridwalk_model::id::RecordId;
use gridwalk_model::picture::pictures_of;
use gridwalk_model::state_codec::read_state;
use gridwalk_sync::handover::{self, HandOver};
use std::collections::BTreeSet;

/// Name of the value that says of which records something may remain.
const REMAINS: &str = "erasure remains";

/// Something of this record may remain until it is swept; of a database only, with no record's id.
pub(crate) fn note(w: &Writing<'_>, record: RecordId) -> Result<()> {
    let mut due = w.tx.meta(REMAINS)?.unwrap_or_default();
    if !due.chunks_exact(16).any(|id| id == record.0) {
        due.extend(record.0);
    }
    w.tx.meta_set(REMAINS, &due)
}

/// What phones handed over sealed says no more of any body than is left of it.
pub(super) fn hand_overs(w: &Writing<'_>) -> Result<()> {
    for (hash, sealed) in w.tx.hand_overs()? {
        let Ok(left) = handover::open_left(&sealed, &w.running.key) else { continue };
        if let Some(kept) = without_erased(w.tx, &left)? {
            w.tx.hand_over_set(hash, &seal_anew(w, &kept)?)?;
        }
    }
    Ok(())
}

/// A hand-over as it may be kept: without what was erased of the bodies in it; `None` if nothing was.
pub(crate) fn without_erased(tx: &dyn Tx, left: &HandOver) -> Result<Option<HandOver>> {
    let (mut kept, mut pictures) = (left.clone(), BTreeSet::new());
    for change in &mut kept.changes {
        let Ok(body) = SealedChange::open(&change.body) else { continue };
        for name in body.names() {
            if let Some(known) = tx.erasure_of(body.change.space, name)? {
                pictures.extend(super::pictures_in(&body, &known.places));
                change.body = body.without(&known.places).bytes;
                break;
            }
        }
    }
    kept.pictures.retain(|picture| !pictures.contains(&Hash::of_content(&picture.bytes)));
    Ok((kept != *left).then_some(kept))
}

/// Seals a hand-over anew, as the server keeps it.
pub(crate) fn seal_anew(w: &Writing<'_>, left: &HandOver) -> Result<Vec<u8>> {
    let seed = w.running.options.ids.b32();
    handover::seal_left(left, &w.running.key.verifying_key(), &seed).map_err(crate::bundle::not_opened)
}

/// Removes what may remain: pictures that no record has any more, and what lies in pages that nobody reads.
pub fn sweep(running: &Running) -> Result<()> {
    let Some(due) = running.read(|r| r.tx.meta(REMAINS))?.filter(|due| !due.is_empty()) else { return Ok(()) };
    for record in due.chunks_exact(16).filter_map(RecordId::from_slice) {
        let (kept, whole) = running.read(|r| {
            let (mut kept, mut whole) = (BTreeSet::new(), false);
            for (space, id) in whereabouts(r.tx, record)? {
                let Some(row) = r.tx.state(space, id)? else { continue };
                let state = read_state(&row.bytes)?;
                whole |= state.erased_whole().is_some();
                kept.extend(pictures_of(&state).into_iter().map(|(picture, _)| picture.hash));
            }
            Ok((kept, whole))
        })?;
        running.pictures.keep_only(record, &kept)?;
        if whole {
            running.tracks.take_back(record)?;
        }
    }
    running.store.write_anew()?;
    running.write_alone(|w| w.tx.meta_set(REMAINS, &[]))?;
    running.store.checkpoint()
}
