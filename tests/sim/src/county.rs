//! The second county of a simulated world: a space of its own beside the first.
//!
//! Owns how it comes to be, and moves between the two, made step by step. Refuses shortcuts into tables. Invariant: it is
//! made once, and by the console like every unit.

use crate::run::SimError;
use crate::server::SimServer;
use gridwalk_model::id::{SpaceId, UnitId};
use gridwalk_model::kind::Kind;
use gridwalk_model::wish::Wish;
use gridwalk_server::console::{self, ConsoleWrite};
use gridwalk_server::{Writing, mover, server, tree};

/// The second county: one village of two grids.
#[derive(Debug, Clone, Copy)]
pub struct Second {
    /// Its space.
    pub space: SpaceId,
    /// Its grids.
    pub grids: [UnitId; 2],
}

impl SimServer {
    /// The grids of the second county.
    pub fn second_county(&mut self) -> Result<Vec<UnitId>, SimError> {
        if let Some(second) = &self.second {
            return Ok(second.grids.to_vec());
        }
        let second = self.server.write(|w| {
            let top = above(w, above(w, self.city.township)?)?;
            let district = self.unit(w, "county", "河西区", top)?;
            let space = server::make_space(w, "second county", false)?;
            tree::assign_space(w, district, space)?;
            let village = self.unit(w, "village", "南桥社区", district)?;
            let grids = [self.unit(w, "grid", "第5网格", village)?, self.unit(w, "grid", "第6网格", village)?];
            Ok(Second { space, grids })
        })?;
        self.second = Some(second);
        Ok(second.grids.to_vec())
    }

    fn unit(&self, w: &Writing<'_>, level: &str, name: &str, below: UnitId) -> gridwalk_server::Result<UnitId> {
        let id = UnitId(w.running.options.ids.b16());
        let wishes = [Wish::put("name", name), Wish::put("level", level), Wish::put("parent", below.record())];
        let wanted = ConsoleWrite {
            author: self.admin,
            machine: true,
            judged: false,
            space: self.city.reference,
            record: id.record(),
            kind: Kind::Unit.name(),
            unit: id,
            wishes: &wishes,
            basis: None,
        };
        console::write(w, &wanted)?;
        Ok(id)
    }

    /// The next step of a move between the counties; false if none is due.
    pub fn settle_one(&self) -> Result<bool, SimError> {
        Ok(mover::settle_one(self.server.running())?)
    }
}

fn above(w: &Writing<'_>, unit: UnitId) -> gridwalk_server::Result<UnitId> {
    Ok(w.tx.units_above(unit, None)?.first().copied().unwrap_or(unit))
}
