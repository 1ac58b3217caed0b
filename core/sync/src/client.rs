//! The phone's end: what an answer means, decided without I/O.
//!
//! Owns the reading of HTTP answers and the back-off. Refuses to send and to store. Invariant: whatever a transport
//! returns (cut, doubled, from a proxy's login page), the result is one of these values.

use crate::arrival::Arrivals;
use crate::candidate_codec;
use crate::compress;
use crate::digest_codec;
use crate::enrol::{Enrolled, Me, Vouched};
use crate::frame_codec;
use crate::handover::{self, HandOverReceipt};
use crate::history_codec::{self, Admitted};
use crate::page_codec;
use crate::people::PeopleTold;
use crate::picture::{self, PictureTaken};
use crate::problem::{Problem, ProblemCode};
use crate::receipt;
use crate::reveal::Revealed;
use crate::seal::{self, Purpose};
use ed25519_dalek::VerifyingKey;
use gridwalk_model::candidate::CandidateReply;
use gridwalk_model::digest::DigestReply;
use gridwalk_model::exchange::{NamedVerdict, Page, PushFrame, PushItem, PushReply};
use gridwalk_model::hash::Hash;
use gridwalk_model::id::DeviceId;
use gridwalk_model::limits;

/// What to do when there was no usable answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoAnswer {
    /// Nothing was decided, or nobody knows; the same again later. Seconds to wait, if the server said so.
    Later(Option<u64>),
    /// This device was revoked: hand over and purge.
    Revoked,
    /// The server does not know this device.
    UnknownDevice,
    /// The clock is off; the server's time, milliseconds.
    ClockOff(i64),
    /// The server's disk is full: pulling goes on, pushing waits.
    StorageFull,
    /// This version may only push.
    UpdateNeeded,
    /// Not allowed, or not understood for good; a fault to report.
    Refused(Box<Problem>),
}

/// What an answer to a push means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PushAnswer {
    /// Verdicts and receipt.
    Reply(Box<PushReply>),
    /// The server expects this seq next.
    Gap(u64),
    /// The dot with this seq is taken by another body.
    Clash(u64),
    /// The frame is malformed or too large: halve it.
    Halve {
        /// Whether the server itself says so: only then is a change that comes alone poison. A proxy's 413 is not.
        sure: bool,
    },
    /// No usable answer.
    None(NoAnswer),
}

/// What an answer to a pull means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PullAnswer {
    /// A page that answers the request.
    Page(Box<Page>),
    /// No usable answer.
    None(NoAnswer),
}

/// Reads the answer to a push.
pub fn read_push(status: u16, body: &[u8]) -> PushAnswer {
    if status == 200 {
        let reply = compress::unpack(body, limits::PAGE_BYTES_MAX).ok().and_then(|b| frame_codec::read_reply(&b).ok());
        return reply.map_or(PushAnswer::None(NoAnswer::Later(None)), |r| PushAnswer::Reply(Box::new(r)));
    }
    let Some(problem) = read_problem(body) else {
        return if status == 413 { PushAnswer::Halve { sure: false } } else { PushAnswer::None(NoAnswer::Later(None)) };
    };
    match (problem.code, problem.expected, problem.seq) {
        (ProblemCode::Gap, Some(expected), _) => PushAnswer::Gap(expected),
        (ProblemCode::Clash, _, Some(seq)) => PushAnswer::Clash(seq),
        (ProblemCode::Malformed | ProblemCode::TooLarge, ..) => PushAnswer::Halve { sure: true },
        _ => PushAnswer::None(no_answer(problem)),
    }
}

/// Whether a reply is about this frame: its receipt names the frame's lane and bears the server's signature, and each
/// verdict names a change of the frame.
pub fn is_about(reply: &PushReply, frame: &PushFrame, server: &VerifyingKey) -> bool {
    let receipt = &reply.receipt;
    let named = |v: &NamedVerdict| {
        let of_item = |i: &PushItem| i.seq == v.name.seq && i.hash.mark() == v.name.mark;
        v.name.replica == frame.replica && frame.items.iter().any(of_item)
    };
    (receipt.space, receipt.replica) == (frame.space, frame.replica)
        && reply.verdicts.iter().all(named)
        && receipt::verify(receipt, server)
}

/// Reads the answer to a pull; a page that answers another request is none.
pub fn read_pull(status: u16, body: &[u8], request: Hash) -> PullAnswer {
    if status != 200 {
        return PullAnswer::None(read_no_answer(body));
    }
    let page = compress::unpack(body, limits::PAGE_BYTES_MAX).ok().and_then(|b| page_codec::read_page(&b).ok());
    match page {
        Some(page) if page.answers == request && !page.branches.is_empty() => PullAnswer::Page(Box::new(page)),
        _ => PullAnswer::None(NoAnswer::Later(None)),
    }
}

/// Reads the answer to a question about digests.
pub fn read_digest(status: u16, body: &[u8]) -> Result<DigestReply, NoAnswer> {
    if status != 200 {
        return Err(read_no_answer(body));
    }
    let unpacked = compress::unpack(body, limits::DIGEST_BYTES_MAX).ok();
    unpacked.and_then(|b| digest_codec::read_reply(&b).ok()).ok_or(NoAnswer::Later(None))
}

/// Reads the answer to a question for candidates.
pub fn read_candidates(status: u16, body: &[u8]) -> Result<CandidateReply, NoAnswer> {
    if status != 200 {
        return Err(read_no_answer(body));
    }
    let unpacked = compress::unpack(body, limits::TOLD_BYTES_MAX).ok();
    unpacked.and_then(|b| candidate_codec::read_reply(&b).ok()).ok_or(NoAnswer::Later(None))
}

/// Reads the history of a record.
pub fn read_history(status: u16, body: &[u8]) -> Result<Vec<Admitted>, NoAnswer> {
    if status != 200 {
        return Err(read_no_answer(body));
    }
    let unpacked = compress::unpack(body, limits::PAGE_BYTES_MAX).ok();
    unpacked.and_then(|b| history_codec::read_history(&b).ok()).ok_or(NoAnswer::Later(None))
}

fn read_problem(body: &[u8]) -> Option<Problem> {
    serde_json::from_slice(body).ok()
}

fn read_no_answer(body: &[u8]) -> NoAnswer {
    read_problem(body).map_or(NoAnswer::Later(None), no_answer)
}

/// Reads the answer to `GET /v1/me`.
pub fn read_me(status: u16, body: &[u8]) -> Result<Me, NoAnswer> {
    if status != 200 {
        return Err(read_no_answer(body));
    }
    serde_json::from_slice(body).map_err(|_| NoAnswer::Later(None))
}

/// Reads the answer to somebody who joins by a poster; one of another device is none.
pub fn read_joined(status: u16, body: &[u8], device: DeviceId) -> Result<Enrolled, NoAnswer> {
    if status != 200 {
        return Err(read_no_answer(body));
    }
    let joined: Option<Enrolled> = serde_json::from_slice(body).ok();
    joined.filter(|told| told.device == device).ok_or(NoAnswer::Later(None))
}

/// Reads the receipt of a hand-over; one that names another bundle or that the server did not sign is none.
pub fn read_handover(
    status: u16,
    body: &[u8],
    bundle: Hash,
    server: &VerifyingKey,
) -> Result<HandOverReceipt, NoAnswer> {
    if status != 200 {
        return Err(read_no_answer(body));
    }
    let unpacked = compress::unpack(body, limits::FRAME_BYTES_MAX).ok();
    let receipt = unpacked.and_then(|b| handover::read_receipt(&b).ok());
    receipt.filter(|r| r.bundle == bundle && handover::verify_receipt(r, server)).ok_or(NoAnswer::Later(None))
}

/// Reads the answer to a bundle: the sealed reply for its author. One about another bundle is none.
pub fn read_bundle(status: u16, body: &[u8], bundle: Hash) -> Result<Vec<u8>, NoAnswer> {
    if status != 200 {
        return Err(read_no_answer(body));
    }
    let sealed = compress::unpack(body, limits::BUNDLE_SEALED_BYTES_MAX).ok();
    let answers =
        |s: &Vec<u8>| seal::head(s).is_ok_and(|h| h.purpose == Purpose::BundleReply && h.about == Some(bundle));
    sealed.filter(answers).ok_or(NoAnswer::Later(None))
}

/// Reads what the server says of a hand-over: whether it is safe; `None` if it does not have it.
pub fn read_vouched(status: u16, body: &[u8]) -> Result<Option<bool>, NoAnswer> {
    if status == 200 {
        let said: Result<Vouched, _> = serde_json::from_slice(body);
        return said.map(|v| Some(v.safe)).map_err(|_| NoAnswer::Later(None));
    }
    match read_problem(body) {
        Some(problem) if problem.code == ProblemCode::NotFound => Ok(None),
        Some(problem) => Err(no_answer(problem)),
        None => Err(NoAnswer::Later(None)),
    }
}

/// Reads the names of colleagues.
pub fn read_people(status: u16, body: &[u8]) -> Result<PeopleTold, NoAnswer> {
    if status != 200 {
        return Err(read_no_answer(body));
    }
    serde_json::from_slice(body).map_err(|_| NoAnswer::Later(None))
}

/// Reads what the server says to a piece of a picture.
pub fn read_taken(status: u16, body: &[u8]) -> Result<PictureTaken, NoAnswer> {
    if status != 200 {
        return Err(read_no_answer(body));
    }
    serde_json::from_slice(body).map_err(|_| NoAnswer::Later(None))
}

/// Reads a picture; bytes that are not what its hash says are none.
pub fn read_picture(status: u16, body: &[u8], hash: Hash) -> Result<(), NoAnswer> {
    if status != 200 {
        return Err(read_no_answer(body));
    }
    if picture::is_content(body, hash) { Ok(()) } else { Err(NoAnswer::Later(None)) }
}

/// Reads values that were told for a reason.
pub fn read_revealed(status: u16, body: &[u8]) -> Result<Revealed, NoAnswer> {
    if status != 200 {
        return Err(read_no_answer(body));
    }
    serde_json::from_slice(body).map_err(|_| NoAnswer::Later(None))
}

/// Reads who arrived.
pub fn read_arrivals(status: u16, body: &[u8]) -> Result<Arrivals, NoAnswer> {
    if status != 200 {
        return Err(read_no_answer(body));
    }
    serde_json::from_slice(body).map_err(|_| NoAnswer::Later(None))
}

/// Reads an answer of which only the success counts.
pub fn read_done(status: u16, body: &[u8]) -> Result<(), NoAnswer> {
    if (200..300).contains(&status) { Ok(()) } else { Err(read_no_answer(body)) }
}

/// What a problem means where it has no meaning of its own for the call.
pub fn no_answer(problem: Problem) -> NoAnswer {
    match problem.code {
        ProblemCode::Revoked => NoAnswer::Revoked,
        ProblemCode::UnknownDevice => NoAnswer::UnknownDevice,
        ProblemCode::ClockOff => problem.now.map_or(NoAnswer::Later(None), NoAnswer::ClockOff),
        ProblemCode::StorageFull => NoAnswer::StorageFull,
        ProblemCode::UpdateNeeded => NoAnswer::UpdateNeeded,
        ProblemCode::TooMany | ProblemCode::Unavailable | ProblemCode::Fault | ProblemCode::Replayed => {
            NoAnswer::Later(problem.retry_after_s)
        }
        _ => NoAnswer::Refused(Box::new(problem)),
    }
}

/// How long to wait after so many failures in a row, milliseconds: doubling from two seconds to ten minutes, with
/// jitter from a random number, so that a district does not come back in one second after an outage.
pub fn back_off_ms(failures: u32, random: u32) -> u64 {
    let full = (2_000_u64 << failures.min(9)).min(600_000);
    full / 2 + u64::from(random) % (full / 2 + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ed25519_dalek::SigningKey;
    use gridwalk_model::exchange::{Receipt, Verdict};
    use gridwalk_model::id::{DeviceId, ReplicaId, SpaceId, TimelineId};
    use gridwalk_model::name::Name;
    use gridwalk_model::time::Timestamp;

    #[test]
    fn a_login_page_of_a_hotel_is_no_answer() {
        let page = b"<html>please accept our terms</html>";
        assert_eq!(read_push(200, page), PushAnswer::None(NoAnswer::Later(None)));
        assert_eq!(read_pull(200, page, Hash::default()), PullAnswer::None(NoAnswer::Later(None)));
        assert_eq!(read_push(502, page), PushAnswer::None(NoAnswer::Later(None)));
    }

    #[test]
    fn a_reply_counts_only_for_its_frame_and_with_the_servers_signature() {
        let (server, stranger) = (SigningKey::from_bytes(&[1; 32]), SigningKey::from_bytes(&[2; 32]));
        let (space, replica) = (SpaceId([3; 16]), ReplicaId([4; 16]));
        let hash = Hash([5; 32]);
        let items = vec![PushItem { seq: 7, hash, body: None }];
        let device = DeviceId([6; 16]);
        let frame = PushFrame { space, replica, device, lost: None, items, signature: [0; 64] };
        let reply = |seq: u64, replica: ReplicaId, key: &SigningKey| {
            let name = Name { replica, seq, mark: hash.mark() };
            let verdicts = vec![NamedVerdict { name, verdict: Verdict::Applied, pos: 9 }];
            let at = Timestamp(8);
            let mut receipt = Receipt { space, replica, upto: seq, chain: hash, at, signature: [0; 64] };
            receipt::sign(&mut receipt, key);
            PushReply { timeline: TimelineId([8; 16]), verdicts, receipt }
        };
        let about = |r: &PushReply| is_about(r, &frame, &server.verifying_key());
        assert!(about(&reply(7, replica, &server)));
        assert!(!about(&reply(7, replica, &stranger)), "not the server's");
        assert!(!about(&reply(8, replica, &server)), "of another frame");
        assert!(!about(&reply(7, ReplicaId([9; 16]), &server)), "of another replica");
        let mut other = reply(7, replica, &server);
        other.verdicts[0].name.mark = Hash::default().mark();
        assert!(!about(&other), "of another body");
    }

    #[test]
    fn a_receipt_for_another_bundle_lets_nothing_go() {
        let key = SigningKey::from_bytes(&[1; 32]);
        let of = |bundle: Hash, key: &SigningKey| {
            compress::pack(&handover::receipt_bytes(&handover::sign_receipt(bundle, Timestamp(1), key)))
        };
        let (ours, other) = (Hash([1; 32]), Hash([2; 32]));
        let read = |body: &[u8]| read_handover(200, body, ours, &key.verifying_key()).is_ok();
        assert!(read(&of(ours, &key)));
        assert!(!read(&of(other, &key)) && !read(&of(ours, &SigningKey::from_bytes(&[3; 32]))) && !read(b"<html>"));
    }

    #[test]
    fn a_proxy_that_finds_a_frame_too_large_makes_no_change_poison() {
        assert_eq!(read_push(413, b"<html>413</html>"), PushAnswer::Halve { sure: false });
        assert_eq!(read_push(400, b"<html>400</html>"), PushAnswer::None(NoAnswer::Later(None)));
        let problem = Problem::new(ProblemCode::TooLarge, "frame").to_json();
        assert_eq!(read_push(413, &problem), PushAnswer::Halve { sure: true });
    }

    #[test]
    fn the_wait_grows_and_stays_bounded() {
        assert!(back_off_ms(0, 0) >= 1_000 && back_off_ms(0, u32::MAX) <= 2_000);
        assert!((300_000..=600_000).contains(&back_off_ms(40, 12345)));
    }
}
