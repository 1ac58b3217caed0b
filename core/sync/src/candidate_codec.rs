//! Questions for candidates and their answers, as CBOR with integer keys.
//!
//! Owns the bytes of `CandidateRequest` and `CandidateReply`. Refuses to compare. Invariant: every list is bounded
//! before it is read.

use crate::frame_codec::key;
use gridwalk_model::candidate::{CandidateReply, CandidateRequest, Other, Told};
use gridwalk_model::codec::{Malformed, Reader, Writer};
use gridwalk_model::exchange::Key;
use gridwalk_model::id::{RecordId, SpaceId, TimelineId, UnitId};
use gridwalk_model::limits;

/// Where a look through goes on.
type Place = Option<(Key, Option<RecordId>)>;
/// A record with a mark that was told of it.
type Held = (RecordId, [u8; 16]);

/// The bytes of a question.
pub fn request_bytes(q: &CandidateRequest) -> Vec<u8> {
    let mut w = Writer::default();
    w.map(4).uint(1).bytes(&q.space.0).uint(2);
    match q.since {
        Some((timeline, pos)) => w.array(2).bytes(&timeline.0).uint(pos),
        None => w.null(),
    };
    w.uint(3);
    write_place(&mut w, q.after);
    w.uint(4);
    write_held(&mut w, &q.held);
    w.finish()
}

/// Reads a question.
pub fn read_request(bytes: &[u8]) -> Result<CandidateRequest, Malformed> {
    let mut r = Reader::new(bytes);
    r.map_of(4)?;
    key(&mut r, 1)?;
    let space = SpaceId(r.b16()?);
    key(&mut r, 2)?;
    let since = if r.null()? {
        None
    } else {
        r.array_of(2)?;
        Some((TimelineId(r.b16()?), r.uint()?))
    };
    key(&mut r, 3)?;
    let after = read_place(&mut r)?;
    key(&mut r, 4)?;
    let held = read_held(&mut r)?;
    r.end()?;
    Ok(CandidateRequest { space, since, after, held })
}

fn write_place(w: &mut Writer, place: Place) {
    let Some((key, record)) = place else {
        w.null();
        return;
    };
    w.array(2).bytes(&key.0);
    match record {
        Some(record) => w.bytes(&record.0),
        None => w.null(),
    };
}

fn read_place(r: &mut Reader<'_>) -> Result<Place, Malformed> {
    if r.null()? {
        return Ok(None);
    }
    r.array_of(2)?;
    let key = Key(r.b16()?);
    Ok(Some((key, if r.null()? { None } else { Some(RecordId(r.b16()?)) })))
}

fn write_held(w: &mut Writer, held: &[Held]) {
    w.array(held.len());
    for (record, mark) in held {
        w.array(2).bytes(&record.0).bytes(mark);
    }
}

fn read_held(r: &mut Reader<'_>) -> Result<Vec<Held>, Malformed> {
    let one = |r: &mut Reader<'_>| {
        r.array_of(2)?;
        Ok((RecordId(r.b16()?), r.b16()?))
    };
    (0..r.list(limits::TOLD_CHECKED_MAX)?).map(|_| one(r)).collect()
}

/// The bytes of an answer.
pub fn reply_bytes(reply: &CandidateReply) -> Vec<u8> {
    let mut w = Writer::default();
    w.map(5).uint(1).array(2).bytes(&reply.upto.0.0).uint(reply.upto.1).uint(2);
    write_place(&mut w, reply.after);
    w.uint(3).bool(reply.more).uint(4).array(reply.found.len());
    for told in &reply.found {
        let seen = matches!(told.other, Other::Seen(_));
        w.array(6).bytes(&told.record.0).array(2).bool(seen).bytes(told.other.bytes());
        w.bytes(&told.unit.0).text(&told.unit_name).array(told.agreed.len());
        for code in &told.agreed {
            w.text(code);
        }
        w.uint(u64::from(told.score));
    }
    w.uint(5);
    write_held(&mut w, &reply.gone);
    w.finish()
}

/// Reads an answer.
pub fn read_reply(bytes: &[u8]) -> Result<CandidateReply, Malformed> {
    let mut r = Reader::new(bytes);
    r.map_of(5)?;
    key(&mut r, 1)?;
    r.array_of(2)?;
    let upto = (TimelineId(r.b16()?), r.uint()?);
    key(&mut r, 2)?;
    let after = read_place(&mut r)?;
    key(&mut r, 3)?;
    let more = r.bool()?;
    key(&mut r, 4)?;
    let found = (0..r.list(limits::TOLD_MAX)?).map(|_| read_told(&mut r)).collect::<Result<_, _>>()?;
    key(&mut r, 5)?;
    let gone = read_held(&mut r)?;
    r.end()?;
    Ok(CandidateReply { upto, after, more, found, gone })
}

fn read_told(r: &mut Reader<'_>) -> Result<Told, Malformed> {
    r.array_of(6)?;
    let record = RecordId(r.b16()?);
    r.array_of(2)?;
    let other = if r.bool()? { Other::Seen(RecordId(r.b16()?)) } else { Other::Unseen(r.b16()?) };
    let unit = UnitId(r.b16()?);
    let unit_name = r.text(limits::TEXT_BYTES_MAX)?;
    let codes = r.list(limits::TRAITS_MAX)?;
    let agreed = (0..codes).map(|_| r.text(limits::FIELD_NAME_BYTES_MAX)).collect::<Result<_, _>>()?;
    let score = u32::try_from(r.uint()?).map_err(|_| Malformed::Shape)?;
    Ok(Told { record, other, unit, unit_name, agreed, score })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(other: Other) -> Told {
        let (unit, unit_name) = (UnitId([3; 16]), "南湖一村".to_owned());
        Told { record: RecordId([1; 16]), other, unit, unit_name, agreed: vec!["id_number".to_owned()], score: 98 }
    }

    #[test]
    fn questions_and_answers_read_back_as_written_and_cut_ones_do_not_read() {
        let (space, timeline) = (SpaceId([1; 16]), TimelineId([2; 16]));
        let held = vec![(RecordId([4; 16]), [5; 16])];
        let whole = CandidateRequest { space, since: None, after: None, held: Vec::new() };
        let places = [None, Some((Key([6; 16]), None)), Some((Key([6; 16]), Some(RecordId([7; 16]))))];
        for after in places {
            for since in [None, Some((timeline, 1 << 40))] {
                let q = CandidateRequest { since, after, held: held.clone(), ..whole.clone() };
                let bytes = request_bytes(&q);
                assert_eq!(read_request(&bytes), Ok(q));
                assert!((0..bytes.len()).all(|cut| read_request(&bytes[..cut]).is_err()));
            }
            let found = vec![told(Other::Seen(RecordId([8; 16]))), told(Other::Unseen([9; 16]))];
            let reply = CandidateReply { upto: (timeline, 7), after, more: true, found, gone: held.clone() };
            let bytes = reply_bytes(&reply);
            assert_eq!(read_reply(&bytes), Ok(reply));
            assert!((0..bytes.len()).all(|cut| read_reply(&bytes[..cut]).is_err()));
        }
    }
}
