//! Healing: the network is mended, everyone syncs, supervisors decide what waits; then the quiet point is checked.
//!
//! Owns the rounds. Refuses to wait longer than a fixed number of them. Invariant: after healing nothing waits anywhere.

use crate::action;
use crate::coverage::Situation;
use crate::dump::ServerDump;
use crate::invariant::{county, erasure, hold, mask, quiet};
use crate::run::{self, SimError};
use crate::server::ALL_KINDS;
use crate::shape::Shape;
use crate::world::World;
use gridwalk_app::sync_engine::{Step, SyncReport};
use gridwalk_model::Entry;
use gridwalk_model::exchange::Verdict;
use gridwalk_model::id::RecordId;
use gridwalk_model::kind::Kind;
use rand::seq::SliceRandom as _;
use std::collections::BTreeSet;

/// Steps after which a session must have ended.
const STEPS: usize = 600;

/// Heals and checks.
pub async fn heal(world: &mut World) -> Result<(), SimError> {
    world.note("heal");
    world.network.set_faults(0);
    action::mend(world)?;
    while world.network.under_way() > 0 {
        world.network.deliver_late().await;
    }
    for index in 0..world.phones.len() {
        // Started again, it has power and room.
        world.phones[index].kill();
        action::settle_drafts(world, index)?;
    }
    for round in 1..=world.shape.rounds() {
        for index in 0..world.phones.len() {
            world.time.pass_ms(1_000);
            session(world, index).await?;
            run::check_now(world, index)?;
        }
        action::heal(world).await?;
        if world.shape == Shape::Office && round == world.shape.rounds() {
            break;
        }
        let mut waiting = world.server.quarantined()?;
        waiting.shuffle(&mut world.rng);
        for (space, name) in waiting {
            if world.server.waits_for_an_erasure(space, name)? {
                world.coverage.saw(Situation::UnawareOfErasure);
            }
            let approve = world.chance(2);
            // Steps of one replica on one record are decided together.
            if world.server.quarantined()?.contains(&(space, name)) {
                world.server.decide(space, name, approve)?;
                world.coverage.saw(if approve { Situation::Approved } else { Situation::Declined });
            }
        }
    }
    for situation in world.network.take_saw() {
        world.coverage.saw(situation);
    }
    check_quiet(world)
}

/// A whole session on a good line; one that does not end is a queue that waits for ever.
async fn session(world: &mut World, index: usize) -> Result<(), SimError> {
    let network = world.network.clone();
    let mut report = SyncReport::default();
    for _ in 0..STEPS {
        let step = world.phones[index].engine()?.sync_step(&network).await?;
        report.add(&step);
        action::cover(world, &step);
        if matches!(step, Step::Rested(_)) {
            world.note(format!("heal {index}: {report:?}"));
            let agreed = report.mismatch.is_empty();
            return if agreed { Ok(()) } else { Err(SimError::DigestDiffers { phone: index }) };
        }
    }
    hold(9, false, || format!("phone {index}: a session does not end: {report:?}")).map_err(SimError::from)
}

fn check_quiet(world: &mut World) -> Result<(), SimError> {
    run::check_orders(world)?;
    let server = world.server_dump()?;
    cover(world, &server);
    hold(7, !world.server.settle_one()?, || "a move between spaces is still due".to_owned())?;
    let ((reports, _), diverged) = (action::reported(world)?, world.diverged);
    let all_are_told = reports == diverged || world.restores > 0 && reports < diverged;
    hold(7, all_are_told, || format!("{reports} divergences reported, and {diverged} planted"))?;
    server.spaces.values().try_for_each(mask::rights_nobody_has_seen_what_is_hidden)?;
    county::invariant_7_what_moved_is_whole(&server)?;
    county::invariant_5_carried_once(&server)?;
    county::invariant_1_typed_is_where_the_record_lives(&server, &world.ledger)?;
    let folder = world.server.folder().to_owned();
    erasure::invariant_14_nothing_erased_is_at_the_server(&server, &folder, &world.ledger)?;
    for index in 0..world.phones.len() {
        let (dump, view) = world.look(index)?;
        erasure::invariant_14_nothing_erased_is_on_a_phone(index, &dump, &world.ledger)?;
        for _ in dump.outbox.iter().chain(&dump.sent).filter(|own| own.change.is_blanked()) {
            world.coverage.saw(Situation::OwnErased);
        }
        let account = world.phones[index].account;
        let (given, _) = run::handed_over(world, index);
        run::check_typed(world, index, (&dump, &view), &server, &given)?;
        quiet::invariant_9_no_queue_waits(index, &dump)?;
        if world.phones[index].revoked {
            quiet::invariant_7_a_revoked_phone_holds_nothing(index, &dump)?;
            continue;
        }
        quiet::invariant_7_rows_held_are_the_scope(index, account, &dump, &server)?;
        let accounts: Vec<_> = world.phones.iter().map(|phone| phone.account).collect();
        let is_own = |typed_on: usize| accounts.get(typed_on) == Some(&account);
        let file = world.phones[index].file()?;
        mask::rights_a_file_keeps_nothing_hidden((index, account), &file, (&dump, &server, &world.ledger), is_own)?;
        if world.phones[index].joined && !world.known.contains(&account) {
            mask::rights_a_newcomers_file_holds_nobody_elses_words(
                (index, account),
                &file,
                (&dump, &server, &world.ledger),
                is_own,
            )?;
        }
        quiet::invariant_12_children_follow(index, account, &dump, &server)?;
        quiet::invariant_8_quarantine_ends(index, &dump, &server)?;
        let listed: BTreeSet<RecordId> = listed(world, index)?;
        quiet::invariant_13_one_of_a_group(index, &dump, &listed)?;
    }
    Ok(())
}

/// Every record that the phone's lists show.
fn listed(world: &mut World, index: usize) -> Result<BTreeSet<RecordId>, SimError> {
    let notebook = world.phones[index].notebook()?;
    let mut listed = BTreeSet::new();
    let kinds: BTreeSet<&str> = ALL_KINDS.into_iter().chain(Kind::ALL.into_iter().map(Kind::name)).collect();
    for kind in kinds {
        let mut filter = gridwalk_store::RowFilter::kind(kind);
        filter.limit = 1_000;
        listed.extend(notebook.store().rows(&filter)?.into_iter().map(|r| r.record));
    }
    Ok(listed)
}

/// Counts what is to be seen in the journal.
fn cover(world: &mut World, server: &ServerDump) {
    for space in server.spaces.values() {
        for state in space.states.values() {
            let odds = |r: &gridwalk_model::state::Register| r.heads.windows(2).any(|w| w[0].value != w[1].value);
            if state.registers().any(|(_, _, r)| odds(r)) {
                world.coverage.saw(Situation::Disagreement);
            }
            if state.is_edited_after_deletion() {
                world.coverage.saw(Situation::EditAfterDelete);
            }
        }
        if space.journal.iter().any(|j| matches!(j.entry, Entry::Alias { .. })) {
            world.coverage.saw(Situation::Alias);
        }
        if space.inbox.iter().any(|r| matches!(r.verdict, Verdict::Refused { .. })) {
            world.coverage.saw(Situation::Refused);
        }
    }
    for _ in 0..crate::dump::erased_came_again(server) {
        world.coverage.saw(Situation::ErasedAgain);
    }
    for _ in 0..county::carried_late(server) {
        world.coverage.saw(Situation::CarriedLate);
    }
    for _ in 0..crate::dump::steps_overtaken(server) {
        world.coverage.saw(Situation::OvertakenStep);
    }
}
