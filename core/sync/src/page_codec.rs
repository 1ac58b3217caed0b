//! Pull requests and pages as CBOR with integer keys; a page travels with the hash of its bytes.
//!
//! Owns the bytes of `PullRequest` and `Page`. Refuses to know what a page does to a phone. Invariant: a page whose
//! checksum does not match is no page.

use crate::frame_codec::{key, read_verdict, write_verdict};
use crate::woven;
use gridwalk_model::admission::Branch;
use gridwalk_model::codec::{Malformed, Reader, Writer};
use gridwalk_model::exchange::{
    Backfill, BackfillPlace, Elsewhere, Epoch, Erased, Grant, Key, Page, PageRow, PullRequest,
};
use gridwalk_model::hash::Hash;
use gridwalk_model::id::{RecordId, ReplicaId, SpaceId, TimelineId, UnitId};
use gridwalk_model::limits;
use gridwalk_model::time::Timestamp;

/// The bytes of a request.
pub fn request_bytes(q: &PullRequest) -> Vec<u8> {
    let mut w = Writer::default();
    w.map(if q.refetch.is_empty() { 9 } else { 10 }).uint(1).bytes(&q.space.0).uint(2).bytes(&q.replica.0).uint(3);
    match &q.cursor {
        Some((timeline, pos)) => w.array(2).bytes(&timeline.0).uint(*pos),
        None => w.null(),
    };
    w.uint(4);
    match &q.epoch {
        Some(epoch) => write_epoch(&mut w, epoch),
        None => {
            w.null();
        }
    }
    w.uint(5);
    write_backfill(&mut w, &q.backfill);
    w.uint(6)
        .names(&q.asked)
        .uint(7)
        .uint(q.forgotten)
        .uint(8)
        .uint(u64::from(q.fold_version))
        .uint(9)
        .uint(q.bytes_aim);
    if !q.refetch.is_empty() {
        w.uint(10).array(q.refetch.len());
        for record in &q.refetch {
            w.bytes(&record.0);
        }
    }
    w.finish()
}

/// Reads a request.
pub fn read_request(bytes: &[u8]) -> Result<PullRequest, Malformed> {
    let mut r = Reader::new(bytes);
    let rows = r.map()?;
    if !(9..=10).contains(&rows) {
        return Err(Malformed::Shape);
    }
    key(&mut r, 1)?;
    let space = SpaceId(r.b16()?);
    key(&mut r, 2)?;
    let replica = ReplicaId(r.b16()?);
    key(&mut r, 3)?;
    let cursor = if r.null()? {
        None
    } else {
        r.array_of(2)?;
        Some((TimelineId(r.b16()?), r.uint()?))
    };
    key(&mut r, 4)?;
    let epoch = if r.null()? { None } else { Some(read_epoch(&mut r)?) };
    key(&mut r, 5)?;
    let backfill = read_backfill(&mut r)?;
    key(&mut r, 6)?;
    let asked = r.names()?;
    key(&mut r, 7)?;
    let forgotten = r.uint()?;
    key(&mut r, 8)?;
    let fold_version = u32::try_from(r.uint()?).map_err(|_| Malformed::Shape)?;
    key(&mut r, 9)?;
    let bytes_aim = r.uint()?;
    let mut refetch = Vec::new();
    if rows == 10 {
        key(&mut r, 10)?;
        for _ in 0..r.list(limits::REFETCH_MAX)? {
            refetch.push(RecordId(r.b16()?));
        }
    }
    r.end()?;
    Ok(PullRequest { space, replica, cursor, epoch, backfill, asked, forgotten, fold_version, bytes_aim, refetch })
}

fn write_epoch(w: &mut Writer, epoch: &Epoch) {
    w.array(2).bytes(&epoch.timeline.0).uint(epoch.n);
}

fn read_epoch(r: &mut Reader<'_>) -> Result<Epoch, Malformed> {
    r.array_of(2)?;
    Ok(Epoch { timeline: TimelineId(r.b16()?), n: r.uint()? })
}

fn write_backfill(w: &mut Writer, backfill: &Backfill) {
    match backfill {
        Backfill::Start => w.uint(0),
        Backfill::Done => w.uint(1),
        Backfill::After(place) => w.array(2).bytes(&place.key.0).bytes(&place.record.0),
    };
}

fn read_backfill(r: &mut Reader<'_>) -> Result<Backfill, Malformed> {
    if r.0.datatype()? == minicbor::data::Type::Array {
        r.array_of(2)?;
        return Ok(Backfill::After(BackfillPlace { key: Key(r.b16()?), record: RecordId(r.b16()?) }));
    }
    match r.uint()? {
        0 => Ok(Backfill::Start),
        1 => Ok(Backfill::Done),
        _ => Err(Malformed::Shape),
    }
}

/// The bytes of a page, its checksum before it.
pub fn page_bytes(page: &Page) -> Vec<u8> {
    let body = page_body(page);
    let mut w = Writer::default();
    w.array(2).bytes(&checksum(&body).0).bytes(&body);
    w.finish()
}

fn checksum(body: &[u8]) -> Hash {
    Hash::with_context("gridwalk 2026 page", &[body])
}

fn page_body(p: &Page) -> Vec<u8> {
    let mut w = Writer::default();
    w.map(14 + usize::from(!p.elsewhere.is_empty()) + usize::from(!p.erased.is_empty()))
        .uint(1)
        .bytes(&p.space.0)
        .uint(2)
        .bytes(&p.answers.0)
        .uint(3)
        .array(p.branches.len());
    for branch in &p.branches {
        w.array(2).bytes(&branch.id.0).uint(branch.from);
    }
    w.uint(4);
    write_epoch(&mut w, &p.epoch);
    w.uint(5).uint(p.cursor).uint(6).bool(p.at_head).uint(7);
    write_backfill(&mut w, &p.backfill);
    w.uint(8).int(p.now.0).uint(9);
    if !woven::write_rows(&mut w, &p.rows) {
        write_rows(&mut w, &p.rows);
    }
    w.uint(10).array(p.verdicts.len());
    for verdict in &p.verdicts {
        write_verdict(&mut w, verdict);
    }
    w.uint(11).array(2).uint(p.chain.0).bytes(&p.chain.1.0).uint(12);
    match p.digest {
        Some(digest) => w.bytes(&digest.to_be_bytes()),
        None => w.null(),
    };
    w.uint(13).uint(p.safe_pos).uint(14).array(p.grants.len());
    for grant in &p.grants {
        w.array(3).bytes(&grant.unit.0).text(&grant.role).array(grant.kinds.len());
        for kind in &grant.kinds {
            w.text(kind);
        }
    }
    if !p.elsewhere.is_empty() {
        w.uint(15).array(p.elsewhere.len());
        for e in &p.elsewhere {
            w.array(4).bytes(&e.space.0).uint(e.pos);
            write_epoch(&mut w, &e.epoch);
            w.bytes(&e.digest.to_be_bytes());
        }
    }
    if !p.erased.is_empty() {
        w.uint(16).array(p.erased.len());
        for erased in &p.erased {
            w.array(2).name(&erased.name).places(&erased.places);
        }
    }
    w.finish()
}

fn write_rows(w: &mut Writer, rows: &[PageRow]) {
    w.array(rows.len());
    for row in rows {
        match row {
            PageRow::State { record, state, held_by } => {
                w.array(3).bytes(&record.0).bytes(state).array(held_by.len());
                for key in held_by {
                    w.bytes(&key.0);
                }
            }
            PageRow::Left { record } => {
                w.array(1).bytes(&record.0);
            }
        }
    }
}

/// Reads a page and checks its checksum.
pub fn read_page(bytes: &[u8]) -> Result<Page, Malformed> {
    let mut r = Reader::new(bytes);
    r.array_of(2)?;
    let (sum, body) = (r.hash()?, r.bytes()?);
    r.end()?;
    if checksum(body) != sum {
        return Err(Malformed::Shape);
    }
    read_body(&mut Reader::new(body))
}

fn read_body(r: &mut Reader<'_>) -> Result<Page, Malformed> {
    let entries = r.map()?;
    if !(14..=16).contains(&entries) {
        return Err(Malformed::Shape);
    }
    key(r, 1)?;
    let space = SpaceId(r.b16()?);
    key(r, 2)?;
    let answers = r.hash()?;
    key(r, 3)?;
    let mut branches = Vec::new();
    for _ in 0..r.array()? {
        r.array_of(2)?;
        branches.push(Branch { id: TimelineId(r.b16()?), from: r.uint()? });
    }
    key(r, 4)?;
    let epoch = read_epoch(r)?;
    key(r, 5)?;
    let cursor = r.uint()?;
    key(r, 6)?;
    let at_head = r.bool()?;
    key(r, 7)?;
    let backfill = read_backfill(r)?;
    key(r, 8)?;
    let now = Timestamp(r.int()?);
    key(r, 9)?;
    let rows = read_rows(r)?;
    key(r, 10)?;
    let verdicts = (0..r.list(limits::ASKED_MAX)?).map(|_| read_verdict(r)).collect::<Result<_, _>>()?;
    key(r, 11)?;
    r.array_of(2)?;
    let chain = (r.uint()?, r.hash()?);
    key(r, 12)?;
    let digest = if r.null()? { None } else { Some(u128::from_be_bytes(r.b16()?)) };
    key(r, 13)?;
    let safe_pos = r.uint()?;
    key(r, 14)?;
    let grants = read_grants(r)?;
    let (elsewhere, erased) = read_beside(r, entries)?;
    r.end()?;
    Ok(Page {
        space,
        answers,
        branches,
        epoch,
        cursor,
        at_head,
        backfill,
        now,
        rows,
        verdicts,
        chain,
        digest,
        safe_pos,
        grants,
        elsewhere,
        erased,
    })
}

/// What stands on few pages only, by its key: other spaces, and what was erased.
fn read_beside(r: &mut Reader<'_>, entries: u64) -> Result<(Vec<Elsewhere>, Vec<Erased>), Malformed> {
    let (mut elsewhere, mut erased, mut before) = (Vec::new(), Vec::new(), 14);
    for _ in 14..entries {
        let next = r.uint()?;
        match next {
            _ if next <= before => return Err(Malformed::NotDeterministic),
            15 => elsewhere = read_elsewhere(r)?,
            16 => erased = read_erased(r)?,
            _ => return Err(Malformed::Shape),
        }
        before = next;
    }
    Ok((elsewhere, erased))
}

fn read_erased(r: &mut Reader<'_>) -> Result<Vec<Erased>, Malformed> {
    let one = |r: &mut Reader<'_>| {
        r.array_of(2)?;
        Ok(Erased { name: r.name()?, places: r.places()? })
    };
    (0..r.list(limits::ERASED_TOLD_MAX)?).map(|_| one(r)).collect()
}

fn read_elsewhere(r: &mut Reader<'_>) -> Result<Vec<Elsewhere>, Malformed> {
    let one = |r: &mut Reader<'_>| {
        r.array_of(4)?;
        let (space, pos) = (SpaceId(r.b16()?), r.uint()?);
        Ok(Elsewhere { space, pos, epoch: read_epoch(r)?, digest: u128::from_be_bytes(r.b16()?) })
    };
    (0..r.list(limits::SPACES_TOLD_MAX)?).map(|_| one(r)).collect()
}

fn read_rows(r: &mut Reader<'_>) -> Result<Vec<PageRow>, Malformed> {
    if r.0.datatype()? == minicbor::data::Type::Map {
        return woven::read_rows(r);
    }
    let mut rows = Vec::new();
    for _ in 0..r.list(limits::PAGE_ROWS_MAX + limits::ASKED_MAX + limits::REFETCH_MAX)? {
        let parts = r.array()?;
        let record = RecordId(r.b16()?);
        if parts == 1 {
            rows.push(PageRow::Left { record });
            continue;
        }
        let state = r.bytes()?.into();
        let held_by = (0..r.array()?).map(|_| Ok(Key(r.b16()?))).collect::<Result<_, Malformed>>()?;
        rows.push(PageRow::State { record, state, held_by });
    }
    Ok(rows)
}

fn read_grants(r: &mut Reader<'_>) -> Result<Vec<Grant>, Malformed> {
    let mut grants = Vec::new();
    for _ in 0..r.array()? {
        r.array_of(3)?;
        let (unit, role) = (UnitId(r.b16()?), r.text(limits::FIELD_NAME_BYTES_MAX)?);
        let kinds = (0..r.array()?).map(|_| r.text(limits::FIELD_NAME_BYTES_MAX)).collect::<Result<_, _>>()?;
        grants.push(Grant { unit, role, kinds });
    }
    Ok(grants)
}
