//! Copies of phones' databases: taken, put back in place of the newer one, started on a second phone.
//!
//! Owns these actions. Refuses to lose what the copy held. Invariant: what was typed after the copy was taken is owed by
//! nobody once it is put back, and everything before it is.

use super::{Act, Action, Family, recovery};
use crate::coverage::Situation;
use crate::run::SimError;
use crate::world::World;
use gridwalk_store::OwnRecord;
use rand::RngExt as _;

/// Most changes that are gone at once.
const TAIL_MAX: usize = 3;
/// Most copies that are kept.
const IMAGES_MAX: usize = 3;

/// The family.
pub const FAMILY: Family = Family {
    actions: &[
        Action::now(2, take),
        Action::now(1, put_back),
        Action::now(1, clone),
        Action::later(30, |world, phone| Box::pin(enrol_again(world, phone))),
        Action::now(2, lose_tail),
    ],
    heal: Some(Act::Later(|world, phone| Box::pin(enrol_again(world, phone)))),
};

/// Takes a copy of a phone's database.
fn take(world: &mut World, phone: usize) -> Result<(), SimError> {
    let (file, typed) = (world.new_path("image"), world.ledger.count());
    let image = world.phones[phone].image(file, typed)?;
    if world.images.len() == IMAGES_MAX {
        let old = world.images.remove(0);
        std::fs::remove_file(old.file)?;
    }
    world.images.push(image);
    if world.copies_are_told {
        // Started again, the phone has a mark that the copy does not know.
        world.phones[phone].notebook()?;
    }
    world.note(format!("phone {phone}: copied"));
    Ok(())
}

/// A phone is what an older copy of it says.
fn put_back(world: &mut World, _: usize) -> Result<(), SimError> {
    let images = world.images.clone();
    let Some(image) = world.pick(&images) else { return Ok(()) };
    let (writer, with_vault) = (world.new_writer(), !world.copies_are_told);
    world.phones[image.phone].put_back(&image, with_vault, writer)?;
    world.ledger.put_back(image.phone, image.typed, &image.drafts);
    world.learn_revoked()?;
    world.coverage.saw(if with_vault { Situation::PutBackUntold } else { Situation::PutBack });
    world.note(format!("phone {}: put back to a copy, vault too: {with_vault}", image.phone));
    Ok(())
}

/// A damaged database is put back as far as it can be read: the newest changes, which no server has a verdict on, are gone,
/// and their numbers stay taken.
fn lose_tail(world: &mut World, phone: usize) -> Result<(), SimError> {
    // Started again, it has power and room.
    world.phones[phone].kill();
    let own = world.phones[phone].notebook()?.store().own_changes()?;
    let waits = |o: &&OwnRecord| o.in_outbox && !o.stub && o.verdict.is_none();
    let tail: Vec<OwnRecord> = own.iter().rev().take_while(waits).cloned().collect();
    if tail.is_empty() {
        return Ok(());
    }
    let lost = &tail[..=world.rng.random_range(0..tail.len().min(TAIL_MAX))];
    let first = lost.iter().map(|o| o.save).min().unwrap_or_default();
    world.phones[phone].notebook()?.store().lose_own_silently(first)?;
    for own in lost {
        world.ledger.release(phone, &own.change);
    }
    // What a form knows of itself may be gone, too: whoever goes on is another writer.
    world.phones[phone].writer = world.new_writer();
    // Started again, all of that has reached its disk.
    world.phones[phone].kill();
    world.note(format!("phone {phone}: mended without its newest {} changes", lost.len()));
    Ok(())
}

/// A second phone starts from a copy; both write.
fn clone(world: &mut World, _: usize) -> Result<(), SimError> {
    let images = world.images.clone();
    let Some(image) = world.pick(&images) else { return Ok(()) };
    if world.phones.len() >= world.shape.phones_max() {
        return Ok(());
    }
    let (index, told, folder) = (world.phones.len(), world.copies_are_told, world.folder().to_owned());
    let (writer, other) = (world.new_writer(), world.new_writer());
    let clone = world.phones[image.phone].cloned(&image, (world.seed, index, writer), &folder, !told)?;
    world.phones[image.phone].writer = other;
    world.phones.push(clone);
    world.ledger.put_back(index, 0, &image.drafts);
    world.learn_revoked()?;
    world.coverage.saw(if told { Situation::Cloned } else { Situation::ClonedUntold });
    world.note(format!("phone {index}: a clone of phone {}, mark too: {}", image.phone, !told));
    Ok(())
}

/// A phone that was purged, or that the server does not know any more, is enrolled anew; where a backup is put back that
/// knows nothing of it, it mostly asks at once, hears so, and is enrolled once more.
async fn enrol_again(world: &mut World, phone: usize) -> Result<(), SimError> {
    if !enrol_once(world, phone).await? || world.chance(4) {
        return Ok(());
    }
    let network = world.network.clone();
    let faults = network.set_faults(0);
    let asked = world.phones[phone].engine()?.sync_once(&network).await;
    network.set_faults(faults);
    asked?;
    enrol_once(world, phone).await.map(drop)
}

/// Enrols it; says whether a backup was put back then that knows nothing of it.
async fn enrol_once(world: &mut World, phone: usize) -> Result<bool, SimError> {
    let enrolment = world.phones[phone].notebook()?.enrolment();
    let Some(enrolment) = enrolment.filter(|e| e.unknown || e.revoked && e.purge_told) else { return Ok(false) };
    super::mend(world)?;
    let network = world.network.clone();
    let faults = network.set_faults(0);
    let bad_luck = !enrolment.unknown && faults > 0 && world.copies_are_told && !world.chance(4);
    if bad_luck && world.backup.is_none() {
        recovery::back_up(world, phone)?;
    }
    let done = world.phones[phone].enrol_with(&world.server, &network).await;
    network.set_faults(faults);
    if done.is_err() && world.phones[phone].has_no_power() {
        // It may have died between writing down its new enrolment and saying so.
        super::machines_fail(world, done)?;
        world.phones[phone].learn_device()?;
        return world.learn_revoked().map(|()| false);
    }
    done?;
    world.learn_revoked()?;
    world.coverage.saw(if enrolment.unknown { Situation::EnrolledAfterRestore } else { Situation::EnrolledAgain });
    world.note(format!("phone {phone}: enrolled anew"));
    if bad_luck {
        // The backup knows nothing of it.
        recovery::put_back(world, phone)?;
    }
    Ok(bad_luck)
}
