//! Hints: what about a submission asks for a look, each with the number behind it and the limit that it crossed.
//!
//! Owns the measuring and the comparison of one worker's submissions with each other. Refuses to judge people: a hint
//! says what was measured, and a reviewer looks. Invariant: what is not known gives no hint, so that nobody who visits
//! indoors, by phone or without a position is asked about it.

use crate::id::{AccountId, RecordId};
use crate::limits;
use crate::picture::twins;
use crate::sampling::{Flag, Limits, Submission, own_flags};
use std::collections::BTreeMap;

/// One thing that asks for a look.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Hint {
    /// What: a code of [`Flag`].
    pub flag: &'static str,
    /// What was measured: metres, seconds, metres a second, or how many other submissions.
    pub measured: u64,
    /// From where on, or below which, it asks for a look; none where there is no limit to it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u64>,
    /// The submissions that it has to do with.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub with: Vec<RecordId>,
}

/// A submission with whose it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Submitted {
    /// Who.
    pub by: AccountId,
    /// What is known of it.
    pub what: Submission,
}

/// The hints of each submission that has some; each is compared with all the others given.
pub fn hints(submitted: &[Submitted], limits: Limits) -> BTreeMap<RecordId, Vec<Hint>> {
    let mut found: BTreeMap<RecordId, Vec<Hint>> = BTreeMap::new();
    for one in submitted {
        let own = own_flags(&one.what, limits).into_iter().map(|flag| measured(flag, &one.what, limits));
        found.entry(one.what.id).or_default().extend(own);
    }
    for (id, twins) in twins(submitted.iter().map(|s| (s.what.id, s.what.pictures.as_slice()))) {
        let with: Vec<RecordId> = twins.into_iter().collect();
        let hint = Hint { flag: Flag::SamePicture.code(), measured: with.len() as u64, limit: None, with };
        found.entry(id).or_default().push(hint);
    }
    for (id, before, speed_mps) in too_fast(submitted) {
        let limit = Some(u64::from(limits::DOOR_TO_DOOR_MPS));
        let hint = Hint { flag: Flag::ImpossibleSpeed.code(), measured: speed_mps, limit, with: vec![before] };
        found.entry(id).or_default().push(hint);
    }
    found.retain(|_, hints| !hints.is_empty());
    found
}

fn measured(flag: Flag, what: &Submission, limits: Limits) -> Hint {
    let (measured, limit) = match flag {
        Flag::FarFromDoor => (metres(what), Some(u64::from(limits.far_m))),
        Flag::FilledInSeconds => {
            let took_ms = what.filled.map_or(0, |(from, to)| to.0.saturating_sub(from.0).max(0));
            (took_ms.unsigned_abs() / 1000, Some(limits.quick_ms.unsigned_abs() / 1000))
        }
        Flag::MockPosition | Flag::SamePicture | Flag::ImpossibleSpeed => (1, None),
    };
    Hint { flag: flag.code(), measured, limit, with: Vec::new() }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "metres on earth, never negative")]
fn metres(what: &Submission) -> u64 {
    what.at.zip(what.door).map_or(0, |(at, door)| at.distance_m(&door).round() as u64)
}

/// Of each worker, those that were finished sooner after the one before than anybody gets from door to door: where they
/// stood, or else where the doors are, and only beyond what inaccuracy explains.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "metres a second"
)]
fn too_fast(submitted: &[Submitted]) -> Vec<(RecordId, RecordId, u64)> {
    let place = |s: &Submission| s.at.or(s.door);
    let mut by_worker: BTreeMap<AccountId, Vec<&Submission>> = BTreeMap::new();
    for one in submitted.iter().filter(|s| s.what.filled.is_some() && place(&s.what).is_some()) {
        by_worker.entry(one.by).or_default().push(&one.what);
    }
    let mut found = Vec::new();
    for list in by_worker.values_mut() {
        list.sort_by_key(|s| (s.filled.map(|(_, to)| to), s.id));
        for pair in list.windows(2) {
            let ends = |s: &Submission| s.filled.map_or(0, |(_, to)| to.0);
            let (Some(from), Some(to)) = (place(pair[0]), place(pair[1])) else { continue };
            let accuracy_m = [&from, &to].map(|p| f64::from(p.accuracy_cm.unwrap_or(0)) / 100.0).iter().sum::<f64>();
            let apart_m = from.distance_m(&to) - accuracy_m;
            let seconds = ((ends(pair[1]) - ends(pair[0])) as f64 / 1000.0).max(1.0);
            let speed_mps = apart_m / seconds;
            if apart_m > f64::from(limits::FAR_FROM_DOOR_M) && speed_mps > f64::from(limits::DOOR_TO_DOOR_MPS) {
                found.push((pair[1].id, pair[0].id, speed_mps.round() as u64));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geo::Point;
    use crate::hash::Hash;
    use crate::picture::PictureMark;
    use crate::time::Timestamp;

    fn at(n: u8, by: u8, north_m: i32, ends_s: i64, picture: u8) -> Submitted {
        let door = Point::from_degrees(34.6, 119.2).unwrap();
        let door = Point { lat_e7: door.lat_e7 + north_m * 90, ..door };
        let filled = Some((Timestamp(ends_s * 1000 - 60_000), Timestamp(ends_s * 1000)));
        let pictures = vec![PictureMark { hash: Hash([picture; 32]), look: None }];
        let what = Submission { id: RecordId([n; 16]), at: None, door: Some(door), filled, pictures };
        Submitted { by: AccountId([by; 16]), what }
    }

    /// Of whom, how far north, when finished; who is asked about, and by which number.
    #[test]
    fn nobody_flies_from_door_to_door() {
        let list = [
            at(1, 1, 0, 100, 1),
            at(2, 1, 80, 101, 2),    // the next staircase: no hint, however quick
            at(3, 1, 3_000, 160, 3), // three kilometres in a minute
            at(4, 2, 9_000, 161, 4), // somebody else
            at(5, 1, 3_400, 400, 5), // a walk
        ];
        let found = hints(&list, Limits::default());
        assert_eq!(found.len(), 1, "{found:?}");
        let hint = &found[&RecordId([3; 16])][0];
        assert_eq!((hint.flag, hint.with.as_slice()), ("impossible_speed", &[RecordId([2; 16])][..]));
        assert!((48..=51).contains(&hint.measured) && hint.limit == Some(25), "{hint:?}");
    }

    #[test]
    fn each_hint_has_its_number() {
        let mut far = at(1, 1, 0, 100, 1);
        far.what.at = far.what.door.map(|door| Point { lat_e7: door.lat_e7 + 300 * 90, mock: true, ..door });
        let mut quick = at(2, 2, 0, 500, 1);
        quick.what.filled = Some((Timestamp(0), Timestamp(8_400)));
        let found = hints(&[far, quick, at(3, 3, 0, 900, 9)], Limits::default());
        let told = |n: u8| found[&RecordId([n; 16])].iter().map(|h| (h.flag, h.measured, h.limit)).collect::<Vec<_>>();
        let [(_, metres, _), ..] = told(1)[..] else { panic!("no hint") };
        assert!((299..=302).contains(&metres), "{metres}");
        assert_eq!(
            told(1),
            [("far_from_door", metres, Some(100)), ("mock_position", 1, None), ("same_picture", 1, None)]
        );
        assert_eq!(told(2), [("filled_in_seconds", 8, Some(20)), ("same_picture", 1, None)]);
        assert_eq!(found.len(), 2);
    }

    #[test]
    fn what_is_not_known_asks_nothing() {
        let bare = Submitted { by: AccountId([1; 16]), what: Submission::default() };
        assert!(hints(&[bare.clone(), bare], Limits::default()).is_empty());
    }
}
