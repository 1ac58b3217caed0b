//! Silent divergences: a row of a phone is lost, grows old or is damaged, and nobody is told.
//!
//! Owns the planting, and the only place where a digest may differ. Refuses to touch records that the phone's person wrote:
//! what they typed must be in their view at every moment. Invariant: the very next pull that gets through finds it; one
//! report reaches the server, however often the phone dies and the network cuts; and the row is what it was.

use super::{Action, Family};
use crate::coverage::Situation;
use crate::invariant::hold;
use crate::run::{self, SimError};
use crate::world::World;
use gridwalk_app::sync_engine::Step;
use gridwalk_model::id::RecordId;
use gridwalk_model::state::State;
use gridwalk_sync::session::Rest;
use rand::RngExt as _;
use std::collections::BTreeSet;

/// The family.
pub const FAMILY: Family =
    Family { actions: &[Action::later(2, |world, phone| Box::pin(diverge(world, phone)))], heal: None };

/// Sessions after which the line is good.
const BAD_SESSIONS: usize = 12;
/// Sessions on a good line after which a divergence must have come to its end.
const GOOD_SESSIONS: usize = 3;
/// Steps after which a session must have ended.
const STEPS: usize = 600;

/// What happens to a row.
#[derive(Debug, Clone, Copy)]
enum Sort {
    Lost,
    Older,
    Damaged,
}

/// Plants one on a phone that has everything, and lets it sync until it is mended; nobody else does anything meanwhile.
async fn diverge(world: &mut World, phone: usize) -> Result<(), SimError> {
    // Started again, it has power and room.
    world.phones[phone].kill();
    super::mend(world)?;
    let network = world.network.clone();
    let faults = network.set_faults(0);
    let rested = session(world, phone, None).await?;
    let row = if rested == Some(Rest::Done) { any_strange_row(world, phone)? } else { None };
    network.set_faults(faults);
    let Some(row) = row else { return Ok(()) };
    let sort = [Sort::Lost, Sort::Older, Sort::Damaged][world.rng.random_range(0..3)];
    plant(world, phone, sort, &row)?;
    let before = reported(world)?;
    for n in 0..BAD_SESSIONS + GOOD_SESSIONS {
        let is_good = n >= BAD_SESSIONS;
        if is_good {
            network.set_faults(0);
        }
        session(world, phone, Some((row.record, !is_good))).await?;
        if reported(world)? != before {
            break;
        }
    }
    network.set_faults(faults);
    world.diverged += 1;
    let (reports, records) = reported(world)?;
    hold(7, (reports, records) == (before.0 + 1, before.1 + 1), || {
        format!("phone {phone}: {sort:?} {} told as {reports} of {records}, before {before:?}", row.record)
    })?;
    let (dump, _) = world.look(phone)?;
    hold(7, dump.rows.get(&row.record).is_some_and(|held| held.state == row), || {
        format!("phone {phone}: {sort:?} {} was not mended", row.record)
    })?;
    world.coverage.saw(match sort {
        Sort::Lost => Situation::LostRowMended,
        Sort::Older => Situation::OlderRowMended,
        Sort::Damaged => Situation::DamagedRowMended,
    });
    // Started again, all of that has reached its disk.
    world.phones[phone].kill();
    Ok(())
}

/// A row that stands on the phone, and on which nobody ever typed there.
fn any_strange_row(world: &mut World, phone: usize) -> Result<Option<State>, SimError> {
    let (dump, _) = world.look(phone)?;
    let writer = world.phones[phone].writer;
    let mut own: BTreeSet<RecordId> = dump.drafts.values().copied().collect();
    own.extend(dump.outbox.iter().chain(&dump.sent).chain(&dump.attention).map(|o| o.change.change.record));
    own.extend(world.ledger.typed.iter().filter(|t| t.phone == phone).map(|t| t.record));
    own.extend(world.ledger.writers.iter().filter(|(_, w)| w.contains(&writer)).map(|(record, _)| *record));
    let stands = |s: &&crate::dump::Held| !s.leaving && s.state.pos > 1 && !own.contains(&s.state.record);
    let rows: Vec<State> = dump.rows.values().filter(stands).map(|s| s.state.clone()).collect();
    Ok(world.pick(&rows))
}

fn plant(world: &mut World, phone: usize, sort: Sort, row: &State) -> Result<(), SimError> {
    let notebook = world.phones[phone].notebook()?;
    let store = notebook.store();
    match sort {
        Sort::Lost => store.lose_silently(row.record)?,
        Sort::Older => {
            let mut older = row.clone();
            older.pos -= 1;
            older.fields.pop_last();
            store.put_silently(&older, row.record)?;
        }
        Sort::Damaged => store.damage_silently(row.record)?,
    }
    world.note(format!("phone {phone}: {sort:?} {} behind its back", row.record));
    Ok(())
}

/// Reports at the server, and the records that they are about.
pub fn reported(world: &World) -> Result<(u64, u64), SimError> {
    let counts = world.server.divergence_counts()?;
    Ok(counts.iter().fold((0, 0), |(reports, records), c| (reports + c.reports, records + c.records)))
}

/// A session of the phone, with the reason for which it rested. A digest may differ only while a row is `planted`; then
/// its person looks at the row, and on a bad line the phone may die between any two steps.
async fn session(world: &mut World, phone: usize, planted: Option<(RecordId, bool)>) -> Result<Option<Rest>, SimError> {
    let network = world.network.clone();
    for _ in 0..STEPS {
        if let Some((record, _)) = planted {
            let notebook = world.phones[phone].notebook()?;
            notebook.store().predicted(record, notebook.now())?;
        }
        let step = world.phones[phone].engine()?.sync_step(&network).await?;
        world.note(format!("phone {phone}: {step:?}"));
        super::cover(world, &step);
        match step {
            Step::Pulled { agreed: Some(false), .. } if planted.is_none() => {
                return Err(SimError::DigestDiffers { phone });
            }
            Step::Pulled { more, .. } => {
                world.phones[phone].page_open = false;
                world.phones[phone].more = more;
            }
            Step::Rested(rest) => return Ok(Some(rest)),
            _ => {}
        }
        run::check_now(world, phone)?;
        if planted.is_some_and(|(_, dies)| dies) && world.chance(15) {
            world.phones[phone].kill();
            world.note(format!("phone {phone}: killed"));
            return Ok(None);
        }
    }
    hold(9, false, || format!("phone {phone}: a session does not end"))?;
    Ok(None)
}
