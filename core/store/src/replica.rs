//! The replica id, and taking a new one.
//!
//! Owns restamping. Refuses to decide when: a clash, a foreign chain or a foreign mark does. Invariant: a restamped
//! change says the same, names all its former names in `was`, and stands in a chain that begins anew.

use crate::column::int;
use crate::error::StoreError;
use crate::own::{self, Own};
use crate::space;
use crate::store::Work;
use gridwalk_model::hash::Hash;
use gridwalk_model::name::tidy;
use gridwalk_model::{Change, ReplicaId, SealedChange};
use rusqlite::params;

/// Takes a new replica id and restamps what has no verdict.
pub(crate) fn renew(work: &mut Work<'_>) -> Result<(), StoreError> {
    let replica = ReplicaId(work.fresh.id());
    work.tx.execute("UPDATE meta SET replica = ?1", params![replica.0])?;
    work.tx.execute("UPDATE space SET seq = 0, prev = ?1", params![Hash::default().0])?;
    for standing in space::all(&work.tx)? {
        let mut standing = standing;
        for own in own::undecided(&work.tx, standing.space, usize::MAX)? {
            standing.seq += 1;
            standing.prev = restamp(work, &own, replica, standing.seq, standing.prev)?;
        }
        space::put(work, &standing)?;
    }
    Ok(())
}

/// Gives one change its new name; the hash that ends the chain now.
fn restamp(work: &mut Work<'_>, own: &Own, replica: ReplicaId, seq: u64, prev: Hash) -> Result<Hash, StoreError> {
    let was = tidy(own.change.names());
    let change = Change { replica, seq, prev, was, ..(*own.change.change).clone() };
    let sealed = change.seal();
    // A body that its former names push over a limit keeps its old bytes; only its number is offered.
    let (hash, bytes, stub) = match &sealed {
        Ok(SealedChange { hash, bytes, .. }) => (*hash, bytes, own.stub),
        Err(_) => (own.hash, &own.change.bytes, true),
    };
    if let Err(malformed) = &sealed {
        crate::attention::list(work, own.save, malformed.code(), "")?;
    }
    let update =
        "UPDATE own_change SET replica = ?2, seq = ?3, hash = ?4, body = ?5, stub = ?6, offered = 0 WHERE save = ?1";
    let values = params![int(own.save), replica.0, int(seq), hash.0, &**bytes, stub];
    work.tx.prepare_cached(update)?.execute(values)?;
    work.touched.insert(own.record);
    Ok(hash)
}
