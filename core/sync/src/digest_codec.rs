//! Questions about digests, their answers, and reports of divergences, as CBOR with integer keys.
//!
//! Owns the bytes of `DigestRequest`, `DigestReply` and `Divergence`. Refuses to compare sums. Invariant: every list is
//! bounded before it is read.

use crate::frame_codec::key;
use gridwalk_model::codec::{Malformed, Reader, Writer};
use gridwalk_model::digest::{Ask, Detail, Differing, DigestReply, DigestRequest, Divergence, Outcome, Pair};
use gridwalk_model::exchange::{Epoch, Key};
use gridwalk_model::id::{RecordId, SpaceId, TimelineId};
use gridwalk_model::limits;
use gridwalk_model::time::Timestamp;

/// Bytes of one sum of a bucket.
const DETAIL_BYTES: usize = size_of::<Detail>();

/// The bytes of a question.
pub fn request_bytes(q: &DigestRequest) -> Vec<u8> {
    let mut w = Writer::default();
    w.map(5).uint(1).bytes(&q.space.0).uint(2).array(2).bytes(&q.cursor.0.0).uint(q.cursor.1);
    w.uint(3).array(2).bytes(&q.epoch.timeline.0).uint(q.epoch.n).uint(4).uint(u64::from(q.fold_version)).uint(5);
    match &q.ask {
        Ask::Pairs(sums) => {
            w.array(2).uint(0).array(sums.len());
            for (pair, sum) in sums {
                w.array(3).bytes(&pair.key.0).text(&pair.kind).bytes(&sum.to_be_bytes());
            }
        }
        Ask::Buckets { pairs, sums } => {
            w.array(3).uint(1);
            write_pairs(&mut w, pairs);
            let bytes: Vec<u8> = sums.iter().flat_map(|s| s.to_be_bytes()).collect();
            w.bytes(&bytes);
        }
        Ask::Items { pairs, buckets, chosen, items } => {
            w.array(5).uint(2);
            write_pairs(&mut w, pairs);
            w.uint(u64::from(*buckets));
            write_numbers(&mut w, chosen);
            w.array(items.len());
            for (record, detail) in items {
                w.array(2).bytes(&record.0).bytes(&detail.to_be_bytes());
            }
        }
    }
    w.finish()
}

/// Reads a question.
pub fn read_request(bytes: &[u8]) -> Result<DigestRequest, Malformed> {
    let mut r = Reader::new(bytes);
    r.map_of(5)?;
    key(&mut r, 1)?;
    let space = SpaceId(r.b16()?);
    key(&mut r, 2)?;
    r.array_of(2)?;
    let cursor = (TimelineId(r.b16()?), r.uint()?);
    key(&mut r, 3)?;
    r.array_of(2)?;
    let epoch = Epoch { timeline: TimelineId(r.b16()?), n: r.uint()? };
    key(&mut r, 4)?;
    let fold_version = u32::try_from(r.uint()?).map_err(|_| Malformed::Shape)?;
    key(&mut r, 5)?;
    let parts = r.array()?;
    let ask = match (r.uint()?, parts) {
        (0, 2) => {
            let one = |r: &mut Reader<'_>| {
                r.array_of(3)?;
                let pair = Pair { key: Key(r.b16()?), kind: r.text(limits::FIELD_NAME_BYTES_MAX)? };
                Ok((pair, u128::from_be_bytes(r.b16()?)))
            };
            Ask::Pairs((0..r.list(limits::DIGEST_PAIRS_MAX)?).map(|_| one(&mut r)).collect::<Result<_, Malformed>>()?)
        }
        (1, 3) => Ask::Buckets { pairs: read_pairs(&mut r)?, sums: read_sums(&mut r)? },
        (2, 5) => {
            let pairs = read_pairs(&mut r)?;
            let buckets = count_of_buckets(r.uint()?)?;
            let chosen = read_numbers(&mut r)?;
            let items = (0..r.list(limits::DIGEST_ITEMS_MAX)?).map(|_| read_item(&mut r)).collect::<Result<_, _>>()?;
            Ask::Items { pairs, buckets, chosen, items }
        }
        _ => return Err(Malformed::Shape),
    };
    r.end()?;
    Ok(DigestRequest { space, cursor, epoch, fold_version, ask })
}

fn write_pairs(w: &mut Writer, pairs: &[Pair]) {
    w.array(pairs.len());
    for pair in pairs {
        w.array(2).bytes(&pair.key.0).text(&pair.kind);
    }
}

fn read_pairs(r: &mut Reader<'_>) -> Result<Vec<Pair>, Malformed> {
    let one = |r: &mut Reader<'_>| {
        r.array_of(2)?;
        Ok(Pair { key: Key(r.b16()?), kind: r.text(limits::FIELD_NAME_BYTES_MAX)? })
    };
    (0..r.list(limits::DIGEST_PAIRS_MAX)?).map(|_| one(r)).collect()
}

/// A number of buckets is a power of two, so that an id has one.
fn count_of_buckets(n: u64) -> Result<u32, Malformed> {
    let n = u32::try_from(n).map_err(|_| Malformed::TooLarge)?;
    match n {
        _ if n > limits::DIGEST_BUCKETS_MAX => Err(Malformed::TooLarge),
        _ if n.is_power_of_two() => Ok(n),
        _ => Err(Malformed::Shape),
    }
}

fn read_sums(r: &mut Reader<'_>) -> Result<Vec<Detail>, Malformed> {
    let (chunks, rest) = r.bytes()?.as_chunks::<DETAIL_BYTES>();
    if !rest.is_empty() {
        return Err(Malformed::Shape);
    }
    count_of_buckets(chunks.len() as u64)?;
    Ok(chunks.iter().map(|c| Detail::from_be_bytes(*c)).collect())
}

fn write_numbers(w: &mut Writer, numbers: &[u32]) {
    w.array(numbers.len());
    for n in numbers {
        w.uint(u64::from(*n));
    }
}

fn read_numbers(r: &mut Reader<'_>) -> Result<Vec<u32>, Malformed> {
    let one = |r: &mut Reader<'_>| u32::try_from(r.uint()?).map_err(|_| Malformed::Shape);
    (0..r.list(limits::DIGEST_BUCKETS_MAX as usize)?).map(|_| one(r)).collect()
}

fn read_item(r: &mut Reader<'_>) -> Result<(RecordId, Detail), Malformed> {
    r.array_of(2)?;
    let record = RecordId(r.b16()?);
    let detail = r.bytes()?.try_into().map_err(|_| Malformed::Shape)?;
    Ok((record, Detail::from_be_bytes(detail)))
}

/// The bytes of an answer.
pub fn reply_bytes(reply: &DigestReply) -> Vec<u8> {
    let mut w = Writer::default();
    match reply {
        DigestReply::Later => {
            w.array(1).uint(0);
        }
        DigestReply::Pairs(pairs) => {
            w.array(2).uint(1);
            write_pairs(&mut w, pairs);
        }
        DigestReply::Buckets(buckets) => {
            w.array(2).uint(2);
            write_numbers(&mut w, buckets);
        }
        DigestReply::Items(found) => {
            w.array(5).uint(3);
            for list in [&found.missing, &found.other, &found.extra] {
                w.array(list.len());
                for record in list {
                    w.bytes(&record.0);
                }
            }
            w.bool(found.more);
        }
    }
    w.finish()
}

/// Reads an answer.
pub fn read_reply(bytes: &[u8]) -> Result<DigestReply, Malformed> {
    let mut r = Reader::new(bytes);
    let parts = r.array()?;
    let reply = match (r.uint()?, parts) {
        (0, 1) => DigestReply::Later,
        (1, 2) => DigestReply::Pairs(read_pairs(&mut r)?),
        (2, 2) => DigestReply::Buckets(read_numbers(&mut r)?),
        (3, 5) => {
            let mut list = || (0..r.list(limits::DIGEST_ITEMS_MAX)?).map(|_| Ok(RecordId(r.b16()?))).collect();
            let (missing, other, extra): (Result<_, Malformed>, Result<_, _>, Result<_, _>) = (list(), list(), list());
            DigestReply::Items(Differing { missing: missing?, other: other?, extra: extra?, more: r.bool()? })
        }
        _ => return Err(Malformed::Shape),
    };
    r.end()?;
    Ok(reply)
}

/// The bytes of reports.
pub fn reports_bytes(reports: &[Divergence]) -> Vec<u8> {
    let mut w = Writer::default();
    w.array(reports.len());
    for d in reports {
        w.map(11).uint(1).bytes(&d.id).uint(2).bytes(&d.space.0).uint(3).int(d.found_at.0).uint(4).array(d.kinds.len());
        for kind in &d.kinds {
            w.text(kind);
        }
        w.uint(5).array(d.keys.len());
        for key in &d.keys {
            w.bytes(&key.0);
        }
        let counts = [d.missing, d.other, d.extra, d.damaged, d.repaired];
        for (at, count) in (6..).zip(counts) {
            w.uint(at).uint(count);
        }
        w.uint(11).text(d.outcome.code());
    }
    w.finish()
}

/// Reads reports.
pub fn read_reports(bytes: &[u8]) -> Result<Vec<Divergence>, Malformed> {
    let mut r = Reader::new(bytes);
    let reports = (0..r.list(limits::DIVERGENCES_MAX)?).map(|_| read_report(&mut r)).collect::<Result<_, _>>()?;
    r.end()?;
    Ok(reports)
}

fn read_report(r: &mut Reader<'_>) -> Result<Divergence, Malformed> {
    r.map_of(11)?;
    key(r, 1)?;
    let id = r.b16()?;
    key(r, 2)?;
    let space = SpaceId(r.b16()?);
    key(r, 3)?;
    let found_at = Timestamp(r.int()?);
    key(r, 4)?;
    let most = limits::DIVERGENCE_NAMES_MAX;
    let kinds = (0..r.list(most)?).map(|_| r.text(limits::FIELD_NAME_BYTES_MAX)).collect::<Result<_, _>>()?;
    key(r, 5)?;
    let keys = (0..r.list(most)?).map(|_| Ok(Key(r.b16()?))).collect::<Result<_, Malformed>>()?;
    let mut counts = [0; 5];
    for (at, count) in (6..).zip(&mut counts) {
        key(r, at)?;
        *count = r.uint()?;
    }
    let [missing, other, extra, damaged, repaired] = counts;
    key(r, 11)?;
    let outcome = Outcome::from_code(&r.text(limits::FIELD_NAME_BYTES_MAX)?).ok_or(Malformed::Shape)?;
    Ok(Divergence { id, space, found_at, kinds, keys, missing, other, extra, damaged, repaired, outcome })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair(n: u8) -> Pair {
        Pair { key: Key([n; 16]), kind: "resident".to_owned() }
    }

    fn asks() -> Vec<Ask> {
        let items = vec![(RecordId([4; 16]), 9), (RecordId([5; 16]), Detail::MAX)];
        vec![
            Ask::Pairs(vec![(pair(1), 7), (pair(2), u128::MAX)]),
            Ask::Buckets { pairs: vec![pair(1)], sums: vec![1, 2, 3, u64::MAX] },
            Ask::Items { pairs: vec![pair(1), pair(2)], buckets: 64, chosen: vec![0, 63], items },
        ]
    }

    fn request(ask: Ask) -> DigestRequest {
        let timeline = TimelineId([2; 16]);
        let epoch = Epoch { timeline, n: 1 << 33 };
        DigestRequest { space: SpaceId([1; 16]), cursor: (timeline, 77), epoch, fold_version: 1, ask }
    }

    #[test]
    fn questions_read_back_as_written_and_cut_ones_do_not_read() {
        for ask in asks() {
            let bytes = request_bytes(&request(ask.clone()));
            assert_eq!(read_request(&bytes), Ok(request(ask)));
            assert!((0..bytes.len()).all(|cut| read_request(&bytes[..cut]).is_err()));
        }
    }

    #[test]
    fn a_number_of_buckets_that_is_no_power_of_two_is_refused() {
        let three = Ask::Buckets { pairs: vec![pair(1)], sums: vec![0; 3] };
        assert_eq!(read_request(&request_bytes(&request(three))), Err(Malformed::Shape));
        let many = Ask::Buckets { pairs: vec![pair(1)], sums: vec![0; 2 * limits::DIGEST_BUCKETS_MAX as usize] };
        assert_eq!(read_request(&request_bytes(&request(many))), Err(Malformed::TooLarge));
    }

    #[test]
    fn answers_read_back_as_written() {
        let record = |n| RecordId([n; 16]);
        let found =
            Differing { missing: vec![record(1)], other: vec![record(2), record(3)], extra: vec![], more: true };
        let replies = [
            DigestReply::Later,
            DigestReply::Pairs(vec![pair(1)]),
            DigestReply::Buckets(vec![0, 4095]),
            DigestReply::Items(found),
        ];
        for reply in replies {
            let bytes = reply_bytes(&reply);
            assert_eq!(read_reply(&bytes), Ok(reply));
            assert!((0..bytes.len()).all(|cut| read_reply(&bytes[..cut]).is_err()));
        }
    }

    #[test]
    fn reports_read_back_as_written() {
        let report = Divergence {
            id: [1; 16],
            space: SpaceId([2; 16]),
            found_at: Timestamp(-5),
            kinds: vec!["case".to_owned(), "visit".to_owned()],
            keys: vec![Key([3; 16])],
            missing: 1,
            other: 2,
            extra: 3,
            damaged: 4,
            repaired: 10,
            outcome: Outcome::Repaired,
        };
        let reports = vec![report.clone(), Divergence { outcome: Outcome::Again, ..report }];
        assert_eq!(read_reports(&reports_bytes(&reports)), Ok(reports));
    }
}
