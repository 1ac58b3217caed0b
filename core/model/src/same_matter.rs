//! Same matter 同一事件: whether two cases may be about one thing, and which came again at one place.
//!
//! Owns what is compared: the class or the category, the place, and how far apart two points are. Refuses to know tables,
//! stores and words: it is told how near counts for a class. Invariant: it never says that two cases are one, a person does;
//! and it looks at matters and places, never at who spoke of them.

use crate::case_class::ClassRef;
use crate::geo::Point;
use crate::id::RecordId;
use crate::kind::{PARENT, case_clock};
use crate::limits;
use crate::state::State;
use crate::time::Timestamp;
use std::collections::BTreeSet;

/// What of a case is compared.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct MatterAt {
    /// What it is filed as.
    pub class: Option<ClassRef>,
    /// What sort of thing it is: a code of `case_category`.
    pub category: Option<String>,
    /// Where.
    pub point: Option<Point>,
    /// The building, dwelling or premises that it is at.
    pub place: Option<RecordId>,
}

/// Why two cases may be one.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct Alike {
    /// The class is the same, not only the category.
    pub class: bool,
    /// They are at one building, dwelling or premises.
    pub place: bool,
    /// How far apart they are, metres.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metres: Option<u32>,
}

impl MatterAt {
    /// That of a case, as it is shown.
    pub fn of(state: &State) -> Self {
        Self {
            class: case_clock::class(state),
            category: state.value("category").and_then(crate::Value::as_text).map(str::to_owned),
            point: state.value("point").and_then(Point::from_value),
            place: state.value(PARENT).and_then(crate::Value::as_id),
        }
    }

    /// Whether two are about the same sort of thing: by class where both say one, else by category. Where one of them says
    /// neither, nothing is known.
    fn sort(&self, other: &Self) -> Option<bool> {
        match (&self.class, &other.class) {
            (Some(one), Some(two)) if one == two => return Some(true),
            (Some(one), Some(two)) if one.codeset == two.codeset => return None,
            _ => {}
        }
        let said = self.category.as_deref().filter(|category| !UNSAID.contains(category))?;
        (Some(said) == other.category.as_deref()).then_some(false)
    }

    /// Why they may be one; `near_m` is how near counts for this sort of thing, metres. The doubt about where each stands
    /// counts on top, up to the greatest distance.
    pub fn alike(&self, other: &Self, near_m: u32) -> Option<Alike> {
        let class = self.sort(other)?;
        let place = self.place.is_some() && self.place == other.place;
        let metres = self.point.zip(other.point).map(|(one, two)| {
            let doubt = one.accuracy_cm.unwrap_or(0).saturating_add(two.accuracy_cm.unwrap_or(0)) / 100;
            (one.distance_m(&two), near_m.saturating_add(doubt).min(limits::CASE_NEAR_M_MAX))
        });
        let near = metres.is_some_and(|(metres, reach)| metres <= f64::from(reach));
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a distance on earth, rounded")]
        let metres = metres.map(|(metres, _)| metres.round() as u32);
        (place || near).then_some(Alike { class, place, metres })
    }
}

/// Categories that say nothing of what it is.
const UNSAID: [&str; 1] = ["other"];

/// A case among those of which it is asked whether something comes again.
#[derive(Debug, Clone, PartialEq)]
pub struct Seen {
    /// The case.
    pub record: RecordId,
    /// When it was reported.
    pub at: Timestamp,
    /// What and where.
    pub matter: MatterAt,
    /// How near counts for it, metres.
    pub near_m: u32,
}

/// Groups of cases of one sort at one place within so many days of one another, each of at least so many, the newest case
/// first; groups in the order of their newest. A case stands in one group at most.
pub fn repeats(cases: &[Seen], days: i64, least: usize) -> Vec<Vec<RecordId>> {
    let mut by_newest: Vec<&Seen> = cases.iter().collect();
    by_newest.sort_by_key(|seen| (std::cmp::Reverse(seen.at), seen.record));
    let mut grouped: BTreeSet<RecordId> = BTreeSet::new();
    let mut groups = Vec::new();
    for (nth, newest) in by_newest.iter().enumerate() {
        if grouped.contains(&newest.record) {
            continue;
        }
        let since = newest.at.plus_days(-days);
        let older = by_newest[nth + 1..].iter().take_while(|seen| seen.at >= since);
        let free = older.filter(|seen| !grouped.contains(&seen.record));
        let again = free.filter(|seen| newest.matter.alike(&seen.matter, newest.near_m).is_some());
        let group: Vec<RecordId> = std::iter::once(newest.record).chain(again.map(|seen| seen.record)).collect();
        if group.len() >= least {
            grouped.extend(&group);
            groups.push(group);
        }
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matter(category: &str, lat_m: f64) -> MatterAt {
        let point = Point::from_degrees(30.75 + lat_m / 111_000.0, 120.76);
        MatterAt { category: Some(category.to_owned()), point, ..MatterAt::default() }
    }

    /// What two cases say, how near counts, and whether they may be one.
    #[test]
    fn two_cases_may_be_one_by_what_and_where_they_are() {
        let class = |code: &str| format!("gridwalk_safety/1/{code}").parse::<ClassRef>().ok();
        let filed = |code: &str, at: f64| MatterAt { class: class(code), ..matter("manhole", at) };
        let inside = |mut matter: MatterAt, place: u8| {
            (matter.place, matter.point) = (Some(RecordId([place; 16])), None);
            matter
        };
        let vague = |mut matter: MatterAt, cm: u32| {
            matter.point = matter.point.map(|point| Point { accuracy_cm: Some(cm), ..point });
            matter
        };
        let rows = [
            (matter("manhole", 0.0), matter("manhole", 20.0), 25, true),
            (matter("manhole", 0.0), matter("manhole", 40.0), 25, false),
            (matter("manhole", 0.0), vague(matter("manhole", 40.0), 2_000), 25, true),
            (matter("noise", 0.0), vague(matter("noise", 400.0), 90_000), 150, false),
            (matter("manhole", 0.0), matter("waste", 0.0), 25, false),
            (matter("other", 0.0), matter("other", 0.0), 50, false),
            (filed("0101", 0.0), filed("0101", 9.0), 25, true),
            (filed("0101", 0.0), filed("0102", 9.0), 25, false),
            (filed("0101", 0.0), matter("manhole", 9.0), 25, true),
            (inside(matter("waste", 0.0), 1), inside(matter("waste", 0.0), 1), 25, true),
            (inside(matter("waste", 0.0), 1), inside(matter("waste", 0.0), 2), 25, false),
            (MatterAt::default(), MatterAt::default(), 250, false),
        ];
        for (one, other, near_m, may) in rows {
            assert_eq!(one.alike(&other, near_m).is_some(), may, "{one:?} {other:?}");
            assert_eq!(other.alike(&one, near_m).is_some(), may, "either way");
        }
        assert!(filed("0101", 0.0).alike(&filed("0101", 9.0), 25).unwrap().class);
    }

    fn seen(n: u8, day: i64, matter: MatterAt) -> Seen {
        Seen { record: RecordId([n; 16]), at: Timestamp(0).plus_days(day), matter, near_m: 40 }
    }

    #[test]
    fn three_in_thirty_days_at_one_place_come_again() {
        let heap = |n: u8, day: i64| seen(n, day, matter("waste", f64::from(n)));
        let thrice = [heap(1, 0), heap(2, 10), heap(3, 30)];
        let ids = |ns: &[u8]| ns.iter().map(|n| RecordId([*n; 16])).collect::<Vec<_>>();
        assert_eq!(repeats(&thrice, 30, 3), [ids(&[3, 2, 1])]);
        assert_eq!(repeats(&[heap(1, 0), heap(2, 10), heap(3, 31)], 30, 3), Vec::<Vec<RecordId>>::new(), "a day later");
        let elsewhere = seen(4, 12, matter("waste", 500.0));
        let other = seen(5, 12, matter("noise", 1.0));
        assert_eq!(repeats(&[heap(1, 0), heap(2, 10), elsewhere, other], 30, 3).len(), 0);
        let long: Vec<Seen> = (0..6).map(|n| heap(n + 1, i64::from(n) * 12)).collect();
        assert_eq!(repeats(&long, 30, 3), [ids(&[6, 5, 4]), ids(&[3, 2, 1])], "each in one group");
    }
}
