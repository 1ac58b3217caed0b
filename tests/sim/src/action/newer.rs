//! A phone of a newer release among the others: it writes what they do not know, and they must carry it.
//!
//! Owns these actions. Refuses to stop at an answer that is none: it offers again. Invariant: what was admitted of it is
//! in the state, as it was written.

use super::{Act, Action, Family};
use crate::coverage::Situation;
use crate::invariant::hold;
use crate::newer::{Subject, UNKNOWN_KIND};
use crate::run::SimError;
use crate::world::World;
use gridwalk_model::journal::Entry;
use gridwalk_model::op::Op;
use gridwalk_model::value::Value;
use gridwalk_model::{Timestamp, UnitId};

/// The family.
pub const FAMILY: Family = Family {
    actions: &[Action::now(2, write), Action::later(2, |world, _| Box::pin(push(world)))],
    heal: Some(Act::Later(|world, phone| Box::pin(heal(world, phone)))),
};

/// Writes about a record that is there, or about a new one of a kind that nobody here knows.
fn write(world: &mut World, _: usize) -> Result<(), SimError> {
    let (Value::Text(token), now) = (world.token(), Timestamp(world.time.now_ms())) else { return Ok(()) };
    let (county, grids) = (world.server.city.county, world.server.city.grids);
    let server = world.server_dump()?;
    let states = server.spaces.get(&county).map(|s| s.states.values()).into_iter().flatten();
    let subject = |s: &gridwalk_model::State| Subject {
        record: s.record,
        kind: s.kind().to_owned(),
        unit: s.named.first().copied().unwrap_or_default(),
        seen: s.registers().flat_map(|(_, _, r)| &r.heads).flat_map(|h| h.tag.names.clone()).collect(),
    };
    let there: Vec<Subject> = states.map(subject).collect();
    let new = world.chance(3);
    let unit: UnitId = world.pick(&grids).unwrap_or_default();
    let about = world.pick(&there);
    let Some(phone) = &mut world.newer else { return Ok(()) };
    let blank = || Subject { record: phone.new_record(), kind: UNKNOWN_KIND.to_owned(), unit, seen: Vec::new() };
    let subject = about.filter(|_| !new).unwrap_or_else(blank);
    let record = subject.record;
    phone.write(subject, &token, now)?;
    world.ledger.note_writer(usize::MAX - 1, record);
    world.note(format!("the newer phone wrote about {record}"));
    Ok(())
}

async fn push(world: &mut World) -> Result<(), SimError> {
    let (network, now) = (world.network.clone(), Timestamp(world.time.now_ms()));
    if let Some(phone) = &mut world.newer {
        phone.push(&network, now).await?;
    }
    Ok(())
}

async fn heal(world: &mut World, phone: usize) -> Result<(), SimError> {
    if phone != 0 {
        return Ok(());
    }
    if let Some(newer) = &mut world.newer {
        newer.offer_all();
    }
    let (network, now) = (world.network.clone(), Timestamp(world.time.now_ms()));
    if let Some(newer) = &mut world.newer {
        while !newer.push(&network, now).await? {}
    }
    check(world)
}

/// 1, for the newer phone: what it wrote is in the journal, byte for byte, and folded as it is.
fn check(world: &mut World) -> Result<(), SimError> {
    world.forget_dump();
    let server = world.server_dump()?;
    let Some(newer) = &world.newer else { return Ok(()) };
    let Some(space) = server.spaces.get(&world.server.city.county) else { return Ok(()) };
    let (mut opaque, mut kinds) = (0, 0);
    for written in newer.written() {
        let known = space.inbox.iter().any(|r| r.name == written.name());
        hold(1, known, || format!("the newer phone's {:?} never arrived", written.name()))?;
        let admitted = space.journal.iter().find(
            |j| matches!(&j.entry, Entry::Change { change, .. } if change.hash == written.hash && change.bytes == written.bytes),
        );
        let Some(admitted) = admitted else { continue };
        let state = space.states.get(&admitted.record);
        let op = written.change.ops.iter().find(|op| matches!(op, Op::Unknown { .. }));
        let kept = state.zip(op).is_some_and(|(s, op)| s.opaque.contains(&(written.name(), op.clone())));
        hold(1, kept, || format!("what nobody knows of {:?} is not in the state", written.name()))?;
        opaque += 1;
        kinds += usize::from(written.change.kind == UNKNOWN_KIND);
    }
    if opaque > 0 {
        world.coverage.saw(Situation::Opaque);
    }
    if kinds > 0 {
        world.coverage.saw(Situation::UnknownKind);
    }
    Ok(())
}
