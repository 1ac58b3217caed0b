//! What a phone holds, whole: for comparing with a server's, for rescue, and for the simulator's checkers.
//!
//! Owns the reading. Refuses to write and to fold. Invariant: nothing that is held is left out.

use crate::column::id;
use crate::error::StoreError;
use crate::own;
use crate::record;
use crate::store::Store;
use gridwalk_model::{RecordId, SealedChange, SpaceId, State, TimelineId};

/// A confirmed state that the phone holds.
#[derive(Debug, Clone)]
pub struct HeldRecord {
    /// The space.
    pub space: SpaceId,
    /// The state as last pulled.
    pub state: State,
    /// Whether it left the scope and waits for what is typed on it.
    pub leaving: bool,
    /// The timeline that the state is of.
    pub timeline: TimelineId,
}

/// An own change that the phone still has.
#[derive(Debug, Clone)]
pub struct OwnRecord {
    /// How-manieth save of this phone.
    pub save: u64,
    /// The change.
    pub change: SealedChange,
    /// Whether it is in the outbox: not yet contained in a pulled state.
    pub in_outbox: bool,
    /// Whether only its number is offered.
    pub stub: bool,
    /// Code of the last verdict known.
    pub verdict: Option<String>,
}

impl Store {
    /// Every confirmed state, by record; damaged ones are none.
    pub fn held(&self) -> Result<Vec<HeldRecord>, StoreError> {
        self.read(|db| {
            let mut statement = db.prepare("SELECT record FROM record ORDER BY record")?;
            let records = statement.query_map([], |r| id(r, "record", RecordId))?;
            let mut held = Vec::new();
            for found in records {
                let Some(confirmed) = record::confirmed(db, found?)? else { continue };
                let record::Confirmed { space, state, timeline, leaving } = confirmed;
                held.push(HeldRecord { space, state, leaving, timeline });
            }
            Ok(held)
        })
    }

    /// The statements that made the full-text tables: whatever is compared with the store has the same.
    #[doc(hidden)]
    pub fn full_text_tables(&self) -> Result<Vec<String>, StoreError> {
        let made = "SELECT sql FROM sqlite_schema WHERE name IN ('view_search', 'view_gram') ORDER BY name";
        self.read(|db| Ok(db.prepare(made)?.query_map([], |r| r.get(0))?.collect::<Result<_, _>>()?))
    }

    /// Every own change, in order of saving.
    pub fn own_changes(&self) -> Result<Vec<OwnRecord>, StoreError> {
        let own = self.read(own::all)?;
        let show = |o: own::Own| OwnRecord {
            save: o.save,
            change: o.change,
            in_outbox: o.lane == own::OUTBOX,
            stub: o.stub,
            verdict: o.verdict,
        };
        Ok(own.into_iter().map(show).collect())
    }
}
