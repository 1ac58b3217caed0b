//! What the server's verdicts do to own changes.
//!
//! Owns the move from the outbox to `sent` and to needs attention. Refuses to take a verdict by watermark: it must
//! name dot and mark. Invariant: an applied change leaves the outbox only with a page that carried its record.

use crate::column::int;
use crate::error::StoreError;
use crate::planted::Planted;
use crate::store::Work;
use crate::{attention, own, record};
use gridwalk_model::exchange::{NamedVerdict, Verdict};
use gridwalk_model::{RecordId, SpaceId, TimelineId};
use rusqlite::params;
use std::collections::BTreeSet;

/// Where a verdict came from.
#[derive(Clone, Copy)]
pub(crate) enum Source<'a> {
    /// The reply to a push: it tells nothing about what the phone holds.
    Reply,
    /// A page, with the records that it carried.
    Page(&'a BTreeSet<RecordId>),
}

/// What a verdict did.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Taken {
    /// It is noted.
    Noted(RecordId),
    /// It is about nothing that stands in the outbox.
    NotOurs,
    /// Another body bears the dot at the server.
    Clash,
}

/// Takes one verdict.
pub(crate) fn take(
    work: &mut Work<'_>,
    space: SpaceId,
    timeline: TimelineId,
    named: &NamedVerdict,
    source: Source<'_>,
) -> Result<Taken, StoreError> {
    let found = own::by_dot(&work.tx, space, (named.name.replica, named.name.seq))?;
    let Some(own) = found.filter(|o| o.lane == own::OUTBOX) else { return Ok(Taken::NotOurs) };
    if own.hash.mark() != named.name.mark {
        return Ok(Taken::Clash);
    }
    let applied = named.verdict == Verdict::Applied;
    // A reply that was carried for days says what was so then; only a page, or a new timeline, takes `applied` back.
    if matches!(source, Source::Reply) && !applied && own.verdict.as_deref() == Some(Verdict::Applied.code()) {
        return Ok(Taken::NotOurs);
    }
    work.touched.insert(own.record);
    let settled = matches!(named.verdict, Verdict::Declined { .. } | Verdict::Refused { .. });
    match &named.verdict {
        Verdict::Applied => attention::clear(work, own.save)?,
        Verdict::Quarantined => {}
        Verdict::Declined { reason } => attention::list(work, own.save, "declined", reason)?,
        Verdict::Refused { code, hint } => attention::list(work, own.save, code, hint)?,
    }
    let leaves = match source {
        _ if settled => true,
        Source::Reply => applied && work.planted(Planted::OutboxDroppedOnVerdict),
        Source::Page(fresh) => {
            applied && fresh.contains(&own.record) && record::may_file(work, own.record, timeline, named.pos)?
        }
    };
    let stub = if applied { false } else { settled || own.stub };
    let update = include_str!("verdict/note.sql");
    work.tx.prepare_cached(update)?.execute(params![
        int(own.save),
        named.verdict.code(),
        int(named.pos),
        timeline.0,
        stub,
        if leaves { own::SENT } else { own::OUTBOX },
        applied
    ])?;
    Ok(Taken::Noted(own.record))
}
