//! Places moved by whoever looks after the server.
//!
//! Owns the way from a record's id, old or new, to a change of its unit. Refuses what is below places: it moves with them.
//! Invariant: it is an ordinary change by a person, and the hand-over to another space follows from it.

use super::place::unit_coded;
use super::{Admin, power};
use crate::console::{self, ConsoleWrite};
use crate::error::{Result, ServerError};
use crate::mover::whereabouts;
use gridwalk_model::Destination;
use gridwalk_model::id::{RecordId, SpaceId};
use gridwalk_model::kind::{Home, Kind, UNIT};
use gridwalk_model::state_codec::read_state;
use gridwalk_model::wish::Wish;

impl Admin {
    /// Puts a place into a unit, in the name of an account; where the place lives then.
    pub fn move_place(&self, record: RecordId, unit_code: &str, by: &str) -> Result<Destination> {
        let none = || ServerError::NotFound("record");
        self.act_by(|w| {
            let (author, unit) = (self.in_the_name_of(w, by)?, unit_coded(w.tx, unit_code)?);
            let at = whereabouts::living(w.tx, SpaceId::default(), record)?.ok_or_else(none)?;
            power::moves_places(&w.reading(), Some(author), (at.space, at.record), w.now)?;
            let state = read_state(&w.tx.state(at.space, at.record)?.ok_or_else(none)?.bytes)?;
            let is_place = Kind::from_name(state.kind()).is_some_and(|k| k.table().home == Home::Unit);
            if !is_place {
                return Err(ServerError::Refused("not_a_place"));
            }
            if state.head_ids(UNIT) == [unit.id.record()] {
                return Err(ServerError::Refused("same_place"));
            }
            let wanted = ConsoleWrite {
                author,
                machine: false,
                judged: false,
                space: at.space,
                record: at.record,
                kind: state.kind(),
                unit: unit.id,
                wishes: &[Wish::put(UNIT, unit.id.record())],
                basis: None,
            };
            console::write(w, &wanted)?;
            w.audit(Some(author), "place_moved", &format!("{} {}", at.record, unit.id))
        })?;
        self.server.read(|r| whereabouts::living(r.tx, SpaceId::default(), record)?.ok_or_else(none))
    }
}
