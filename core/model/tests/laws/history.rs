//! What can happen in a history, as plain data that shrinks.
//!
//! Owns the events and their weights. Refuses to know what they do (`world`). Invariant: every number is taken modulo
//! what there is to choose from, so that each list of events is a history.

use proptest::collection::vec;
use proptest::prelude::*;

/// A history to play.
#[derive(Debug, Clone)]
pub struct History {
    /// How many phones there are.
    pub phones: usize,
    /// Whether all phones begin on one field at once.
    pub crowd: bool,
    /// How far the first phone's clock is off.
    pub clock_off: i64,
    /// What happens, each so much later than the one before.
    pub events: Vec<(i64, Event)>,
}

/// One thing that happens. `pick` chooses among what there is.
#[derive(Debug, Clone)]
pub enum Event {
    /// A form is opened.
    Begin { phone: usize, record: usize },
    /// A form is saved: one that was open, or one opened now.
    Save { phone: usize, open: bool, record: usize, wishes: Vec<Wish>, clock: i64 },
    /// The first changes of the outbox are pushed; the rights give each its verdict.
    Push { phone: usize, rights: Vec<Right> },
    /// States and verdicts are pulled.
    Pull { phone: usize, safe: bool },
    /// A supervisor decides on a quarantined change.
    Decide { pick: usize, approve: bool },
    /// What is unsent is written into a bundle …
    Bundle { phone: usize },
    /// … and arrives some day.
    Deliver { pick: usize, right: Right },
    /// A body that is journalled is delivered again.
    Again { pick: usize },
    /// The values of a change are erased.
    Erase { pick: usize },
    /// The server's database is copied …
    Backup,
    /// … and the copy takes its place.
    Restore { pick: usize },
    /// The phone takes a new replica id; what it had written into a bundle before may still arrive.
    Restamp { phone: usize, bundled: bool },
    /// A restored copy of the phone claims the dot of an unsent change, with another body.
    Clone { phone: usize },
}

/// What the author may do, as the server judges it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Right {
    /// Admitted at once.
    Has,
    /// A supervisor decides.
    Withdrawn,
    /// Never had it.
    None,
}

/// What a person does in a form; the dots come from the screen.
#[derive(Debug, Clone)]
pub enum Wish {
    Put { field: usize, same: bool },
    Clear { field: usize },
    Cell { row: usize, same: bool },
    ClearCell { row: usize },
    AddRow { row: usize },
    RemoveRow { row: usize },
    Add { element: usize },
    Remove { element: usize },
    Attach { element: usize },
    Link,
    Unlink,
    Step { step: usize },
    Delete,
    Unknown { data: u8 },
}

fn wish() -> impl Strategy<Value = Wish> {
    prop_oneof![
        9 => (0..5_usize, prop::bool::weighted(0.2)).prop_map(|(field, same)| Wish::Put { field, same }),
        1 => (0..5_usize).prop_map(|field| Wish::Clear { field }),
        3 => (0..2_usize, prop::bool::weighted(0.2)).prop_map(|(row, same)| Wish::Cell { row, same }),
        1 => (0..2_usize).prop_map(|row| Wish::ClearCell { row }),
        1 => (0..2_usize).prop_map(|row| Wish::AddRow { row }),
        2 => (0..2_usize).prop_map(|row| Wish::RemoveRow { row }),
        3 => (0..3_usize).prop_map(|element| Wish::Add { element }),
        2 => (0..3_usize).prop_map(|element| Wish::Remove { element }),
        1 => (0..2_usize).prop_map(|element| Wish::Attach { element }),
        1 => Just(Wish::Link),
        1 => Just(Wish::Unlink),
        2 => (0..4_usize).prop_map(|step| Wish::Step { step }),
        2 => Just(Wish::Delete),
        1 => any::<u8>().prop_map(|data| Wish::Unknown { data }),
    ]
}

fn right() -> impl Strategy<Value = Right> {
    prop_oneof![7 => Just(Right::Has), 2 => Just(Right::Withdrawn), 1 => Just(Right::None)]
}

fn event() -> impl Strategy<Value = Event> {
    let (phone, pick) = (0..4_usize, any::<prop::sample::Index>().prop_map(|i| i.index(97)));
    let record = prop_oneof![3 => Just(0_usize), 1 => Just(1_usize)];
    prop_oneof![
        18 => (phone.clone(), any::<bool>(), record.clone(), vec(wish(), 1..4), prop_oneof![3 => Just(0_i64), 1 => Just(-5_i64)])
            .prop_map(|(phone, open, record, wishes, clock)| Event::Save { phone, open, record, wishes, clock }),
        4 => (phone.clone(), record).prop_map(|(phone, record)| Event::Begin { phone, record }),
        16 => (phone.clone(), vec(right(), 1..4)).prop_map(|(phone, rights)| Event::Push { phone, rights }),
        10 => (phone.clone(), prop::bool::weighted(0.3)).prop_map(|(phone, safe)| Event::Pull { phone, safe }),
        6 => (pick.clone(), prop::bool::weighted(0.7)).prop_map(|(pick, approve)| Event::Decide { pick, approve }),
        3 => phone.clone().prop_map(|phone| Event::Bundle { phone }),
        3 => (pick.clone(), right()).prop_map(|(pick, right)| Event::Deliver { pick, right }),
        2 => pick.clone().prop_map(|pick| Event::Again { pick }),
        2 => pick.clone().prop_map(|pick| Event::Erase { pick }),
        3 => Just(Event::Backup),
        3 => pick.prop_map(|pick| Event::Restore { pick }),
        3 => (phone.clone(), any::<bool>()).prop_map(|(phone, bundled)| Event::Restamp { phone, bundled }),
        1 => phone.prop_map(|phone| Event::Clone { phone }),
    ]
}

/// Histories of so many phones.
pub fn history(phones: std::ops::RangeInclusive<usize>) -> impl Strategy<Value = History> {
    let tick = prop_oneof![1 => Just(0_i64), 2 => Just(1_i64), 1 => Just(7_i64)];
    let events = vec((tick, event()), 8..36);
    (phones, prop::bool::weighted(0.7), events).prop_map(|(phones, crowd, events)| History {
        phones,
        crowd,
        clock_off: 0,
        events,
    })
}
