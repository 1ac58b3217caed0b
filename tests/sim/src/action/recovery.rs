//! The server's bad days: it is started again, backed up, and put back to what the backup holds.
//!
//! Owns these actions. Refuses to put back an older backup than the newest: phones were told that what it holds is safe.
//! Invariant: a server that was put back begins a new timeline before it answers anybody.

use super::{Action, Family};
use crate::coverage::Situation;
use crate::run::SimError;
use crate::world::World;
use gridwalk_model::wish::Wish;
use gridwalk_server::console::ConsoleWrite;
use gridwalk_server::store::sqlite::DATABASE;

/// From one day to the next, milliseconds.
pub const DAY_MS: i64 = 86_400_000;

/// The family.
pub const FAMILY: Family = Family {
    actions: &[
        Action::now(2, back_up),
        Action::now(2, put_back),
        Action::now(1, start_again),
        Action::now(2, type_in_console),
    ],
    heal: None,
};

/// Backs the server up.
pub fn back_up(world: &mut World, _: usize) -> Result<(), SimError> {
    // A space made after the backup would be gone with all that was typed in it: nobody could take it back.
    world.server.second_county()?;
    let file = world.new_path("backup");
    world.server.server.back_up(&file)?;
    if let Some(old) = world.backup.replace(file) {
        std::fs::remove_file(old)?;
    }
    world.backed_up_at_ms = world.time.now_ms();
    world.note("server: backed up");
    Ok(())
}

/// Puts the newest backup in the server's place.
pub fn put_back(world: &mut World, _: usize) -> Result<(), SimError> {
    let (true, Some(backup)) = (world.copies_are_told, world.backup.clone()) else { return Ok(()) };
    let folder = world.new_path("server");
    std::fs::create_dir_all(&folder)?;
    std::fs::copy(&backup, folder.join(DATABASE))?;
    world.server = world.server.restored(&folder)?;
    world.open_doors();
    world.restores += 1;
    if world.time.now_ms() >= world.backed_up_at_ms + DAY_MS {
        world.coverage.saw(Situation::RestoredYesterdays);
    }
    world.coverage.saw(if world.restores > 1 { Situation::RestoredAgain } else { Situation::Restored });
    world.learn_revoked()?;
    let server = world.server_dump()?;
    world.settled.put_back(&server);
    world.note("server: put back to its backup");
    Ok(())
}

/// Ends the server's process and starts another one on its folder.
fn start_again(world: &mut World, _: usize) -> Result<(), SimError> {
    let folder = world.new_path("server");
    std::fs::create_dir_all(&folder)?;
    world.server.start_again(&folder)?;
    world.open_doors();
    world.note("server: started again");
    Ok(())
}

/// Somebody types in the console what phones type, too.
fn type_in_console(world: &mut World, _: usize) -> Result<(), SimError> {
    let space = world.server.city.county;
    let server = world.server_dump()?;
    let records: Vec<_> = server.spaces.get(&space).map(|s| s.states.values()).into_iter().flatten().collect();
    let records: Vec<_> = records.iter().map(|s| (s.record, s.kind().to_owned(), s.named.first().copied())).collect();
    let Some((record, kind, unit)) = world.pick(&records) else { return Ok(()) };
    let wishes = [Wish::put(if kind == "case" { "description" } else { "note" }, world.token())];
    let author = world.server.admin;
    world.server.type_there(&ConsoleWrite {
        author,
        machine: false,
        judged: false,
        space,
        record,
        kind: &kind,
        unit: unit.unwrap_or_default(),
        wishes: &wishes,
        basis: None,
    })?;
    world.ledger.note_writer(usize::MAX, record);
    if world.restores > 0 {
        world.coverage.saw(Situation::ConsoleRenewed);
    }
    world.note(format!("console: {record}"));
    Ok(())
}
