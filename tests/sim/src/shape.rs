//! What shape a world has: a street with a few phones and one server, or an office with twenty phones and two.
//!
//! Owns the numbers. Refuses to know what happens in a world. Invariant: what a seed means in a street is not changed by
//! what there is in an office.

use crate::server::City;
use gridwalk_model::id::UnitId;

/// The shape of a world.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// A few phones and one server: small, so that many seeds can be run.
    Street,
    /// Twenty phones and two servers on one store, with all kinds of bad luck, and three rounds to agree after it.
    Office,
}

/// Phones of an office.
pub const OFFICE_PHONES: usize = 20;

impl Shape {
    /// How long a schedule is.
    pub const fn actions(self) -> usize {
        match self {
            Self::Street => 160,
            Self::Office => 400,
        }
    }

    /// Rounds of healing after which everybody must agree.
    pub const fn rounds(self) -> usize {
        match self {
            Self::Street => 6,
            Self::Office => 3,
        }
    }

    /// Most phones, clones with them.
    pub const fn phones_max(self) -> usize {
        match self {
            Self::Street => 6,
            Self::Office => OFFICE_PHONES + 3,
        }
    }

    /// Servers beside each other on the one store that phones ask; none: they ask the one that administers.
    pub const fn instances(self) -> usize {
        match self {
            Self::Street => 0,
            Self::Office => 2,
        }
    }

    /// Where people work, and as what: those of a street, its volunteer last; or those of an office, the first as in a street.
    pub fn posts(self, city: &City) -> Vec<(UnitId, &'static str)> {
        let mut posts = vec![
            (city.grids[0], "gridworker"),
            (city.grids[0], "gridworker"),
            (city.grids[1], "gridworker"),
            (city.villages[0], "village_supervisor"),
            (city.township, "township_supervisor"),
        ];
        if self == Self::Street {
            posts.push((city.grids[0], "volunteer"));
            return posts;
        }
        posts.extend([
            (city.villages[1], "village_supervisor"),
            (city.neighbour, "township_supervisor"),
            (city.grids[2], "volunteer"),
            (city.grids[0], "volunteer"),
        ]);
        let grids = city.grids.iter().cycle().map(|grid| (*grid, "gridworker"));
        posts.into_iter().chain(grids).take(OFFICE_PHONES).collect()
    }
}
