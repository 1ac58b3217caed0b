//! Bugs planted to test the simulator: their names, and on which side they sit.
//!
//! Owns the list that the command line knows. Refuses to plant without the cargo feature. Invariant: at most one.

use crate::run::SimError;

/// A bug to plant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Plant {
    /// On the phones.
    Phone(gridwalk_store::Planted),
    /// On the server.
    Server(gridwalk_server::Planted),
}

/// The bugs of this release, by name, with what each does.
pub const PLANTS: [(&str, Plant, &str); 7] = [
    ("outbox_on_verdict", Plant::Phone(gridwalk_store::Planted::OutboxDroppedOnVerdict), "outbox dropped on verdict"),
    ("heads_dropped", Plant::Server(gridwalk_server::Planted::HeadsDropped), "heads dropped"),
    (
        "left_skipped",
        Plant::Phone(gridwalk_store::Planted::LeftSkippedWhenPending),
        "departure skipped when something is pending",
    ),
    ("seq_reused", Plant::Phone(gridwalk_store::Planted::SeqReused), "seq reused"),
    ("watermark", Plant::Phone(gridwalk_store::Planted::AcknowledgedByWatermark), "acknowledged by watermark"),
    ("no_departure", Plant::Server(gridwalk_server::Planted::NoDeparture), "departure not sent"),
    (
        "late_not_carried",
        Plant::Server(gridwalk_server::Planted::LateNotCarried),
        "what comes to a record after it moved to another space is not carried",
    ),
];

/// The bug of a name.
pub fn by_name(name: &str) -> Result<Plant, SimError> {
    let known = || PLANTS.map(|(n, ..)| n).join(", ");
    if !cfg!(feature = "planted") {
        return Err(SimError::Setup("built without the feature `planted`".to_owned()));
    }
    let found = PLANTS.iter().find(|(n, ..)| *n == name);
    found
        .map(|(_, plant, _)| *plant)
        .ok_or_else(|| SimError::Setup(format!("no bug is called {name:?}; there are: {}", known())))
}
