//! Walking order: keys that put a household between two others for good, without renumbering the rest.
//!
//! Owns fractional keys, made so that two people who insert at one place offline get two runs behind each other and not
//! one through the other. Refuses to know groups and maps. Invariant: a key is strictly between its neighbours; where
//! two keys are equal all the same, the record's id decides.

use crate::hash::Hash;
use crate::id::{RecordId, ReplicaId};
use crate::limits;

/// The digits of a key, in their order.
const DIGITS: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";
/// How many digits name the writer.
const TAG: usize = 4;
/// Where a run of one writer begins to count, so that there is room before it.
const MIDDLE: u8 = 18;

/// A place in the walking order; the order of the keys is that of their texts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WalkKey(String);

/// The writer of a key: a few digits of the replica's hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct WriterTag([u8; TAG]);

impl WriterTag {
    /// Of a replica.
    pub fn of(replica: ReplicaId) -> Self {
        let hash = Hash::with_context("gridwalk 2026 walk order", &[replica.bytes()]);
        let mut tag = [0; TAG];
        for (digit, byte) in tag.iter_mut().zip(hash.0) {
            *digit = byte % 36;
        }
        Self(tag)
    }
}

impl WalkKey {
    /// Reads a key: digits and small letters, no zero at the end; `None` for what is none.
    pub fn parse(text: &str) -> Option<Self> {
        let fits = (1..=limits::WALK_KEY_CHARS_MAX).contains(&text.len())
            && text.bytes().all(|b| DIGITS.contains(&b))
            && !text.ends_with('0');
        fits.then(|| Self(text.to_owned()))
    }

    /// Its text, as a field holds it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn digits(&self) -> Vec<u8> {
        self.0.bytes().filter_map(|b| DIGITS.iter().zip(0u8..).find(|(d, _)| **d == b).map(|(_, v)| v)).collect()
    }

    fn of_digits(digits: &[u8]) -> Option<Self> {
        let text: String = digits.iter().filter_map(|d| DIGITS.get(usize::from(*d))).map(|b| char::from(*b)).collect();
        Self::parse(&text)
    }
}

/// A key strictly between two others, `None` standing for the ends. `None` comes out where the two are not in order,
/// or where the key would be too long: then the group is spread anew.
pub fn between(low: Option<&WalkKey>, high: Option<&WalkKey>, writer: WriterTag) -> Option<WalkKey> {
    if low.zip(high).is_some_and(|(low, high)| low >= high) {
        return None;
    }
    let fits = |key: &WalkKey| low.is_none_or(|low| low < key) && high.is_none_or(|high| key < high);
    // A run of one writer goes on counting, so that it stays together.
    let run = [low.and_then(|k| counted(k, writer, 1)), high.and_then(|k| counted(k, writer, -1))];
    if let Some(key) = run.into_iter().flatten().find(&fits) {
        return Some(key);
    }
    let low = low.map(WalkKey::digits).unwrap_or_default();
    let mut digits = middle(&low, high.map(WalkKey::digits).as_deref());
    digits.extend(writer.0);
    digits.push(MIDDLE);
    WalkKey::of_digits(&digits)
}

/// The next or previous key of a run of that writer; `None` at its end and for the keys of others.
fn counted(key: &WalkKey, writer: WriterTag, by: i8) -> Option<WalkKey> {
    let mut digits = key.digits();
    let last = digits.pop()?;
    if !digits.ends_with(&writer.0) {
        return None;
    }
    digits.push(last.checked_add_signed(by).filter(|d| (1..36).contains(d))?);
    WalkKey::of_digits(&digits)
}

/// The shortest digits behind which everything is strictly between `low` and `high`.
fn middle(low: &[u8], high: Option<&[u8]>) -> Vec<u8> {
    let mut digits = Vec::new();
    let mut bounded = high;
    for at in 0.. {
        let from = low.get(at).copied().unwrap_or(0);
        let to = bounded.map_or(36, |high| high.get(at).copied().unwrap_or(0));
        if to > from + 1 {
            digits.push(u8::midpoint(from, to));
            break;
        }
        if to > from {
            bounded = None;
        }
        digits.push(from);
    }
    digits
}

/// So many keys with equal room between them, for a list that is put in order the first time.
pub fn spread(count: usize) -> Vec<WalkKey> {
    let mut width = 1;
    let mut room = 36_usize;
    while room < (count + 1).saturating_mul(2) {
        width += 1;
        room = room.saturating_mul(36);
    }
    let digits = |number: usize| {
        let mut rest = number;
        let mut digits = vec![0; width];
        for digit in digits.iter_mut().rev() {
            *digit = u8::try_from(rest % 36).unwrap_or(0);
            rest /= 36;
        }
        // No key ends with a zero.
        if digits.last() == Some(&0) {
            digits.push(MIDDLE);
        }
        digits
    };
    let step = room / (count + 1);
    (1..=count).filter_map(|n| WalkKey::of_digits(&digits(n * step))).collect()
}

/// What is to be written so that a record comes to stand at `at` of a list in order: its own key first, then those of
/// records that had equal keys and would not stand behind it. `None` where the group is to be spread anew.
pub fn insert(
    list: &[(WalkKey, RecordId)],
    at: usize,
    writer: WriterTag,
) -> Option<(WalkKey, Vec<(RecordId, WalkKey)>)> {
    let at = at.min(list.len());
    let low = at.checked_sub(1).map(|i| &list[i].0);
    let tied = list[at..].iter().take_while(|(key, _)| Some(key) == low).count();
    let high = list.get(at + tied).map(|(key, _)| key);
    let own = between(low, high, writer)?;
    let mut last = own.clone();
    let mut moved = Vec::new();
    for (_, record) in &list[at..at + tied] {
        last = between(Some(&last), high, writer)?;
        moved.push((*record, last.clone()));
    }
    Some((own, moved))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn writer(n: u8) -> WriterTag {
        WriterTag::of(ReplicaId([n; 16]))
    }

    fn record(n: usize) -> RecordId {
        RecordId(u128::try_from(n).unwrap().to_be_bytes())
    }

    #[test]
    fn two_runs_at_one_place_stay_runs() {
        let ends = spread(2);
        let run = |n: u8, count: usize, forward: bool| {
            let (mut low, mut high, mut keys) = (ends[0].clone(), ends[1].clone(), Vec::new());
            for _ in 0..count {
                let key = between(Some(&low), Some(&high), writer(n)).unwrap();
                *(if forward { &mut low } else { &mut high }) = key.clone();
                keys.push(key);
            }
            keys
        };
        for (one, two) in [(true, true), (true, false), (false, false)] {
            let (a, b) = (run(1, 12, one), run(2, 12, two));
            let mut all: Vec<_> = a.iter().map(|k| (k, 'a')).chain(b.iter().map(|k| (k, 'b'))).collect();
            all.sort();
            let changes = all.windows(2).filter(|w| w[0].1 != w[1].1).count();
            assert_eq!(changes, 1, "{all:?}");
        }
    }

    #[test]
    fn what_is_no_key_and_no_gap() {
        for text in ["", "0", "a0", "A", "一", "a b"] {
            assert_eq!(WalkKey::parse(text), None, "{text}");
        }
        let key = WalkKey::parse("i").unwrap();
        assert_eq!(between(Some(&key), Some(&key), writer(1)), None);
        assert!(WalkKey::parse(&"a".repeat(limits::WALK_KEY_CHARS_MAX + 1)).is_none());
    }

    #[test]
    fn equal_keys_are_told_apart_again() {
        let key = WalkKey::parse("i").unwrap();
        let list: Vec<_> = (0..4).map(|n| (key.clone(), record(n))).collect();
        let (own, moved) = insert(&list, 2, writer(3)).unwrap();
        let mut after: Vec<_> = list[..2].to_vec();
        after.push((own, record(9)));
        after.extend(moved.iter().map(|(record, key)| (key.clone(), *record)));
        assert!(after.is_sorted());
        assert_eq!(after.iter().map(|(_, r)| *r).collect::<Vec<_>>(), [0, 1, 9, 2, 3].map(record));
    }

    #[test]
    fn one_place_takes_hundreds() {
        // The worst: every writer is another one, and all insert right behind the same household.
        let (low, mut high) = (WalkKey::parse("i").unwrap(), None);
        let count = (0..=255u8).take_while(|n| {
            high = between(Some(&low), high.as_ref(), writer(*n));
            high.is_some()
        });
        assert_eq!(count.count(), 256);
    }

    proptest! {
        #[test]
        fn always_strictly_between(low in "[0-9a-z]{0,6}[1-9a-z]", high in "[0-9a-z]{0,6}[1-9a-z]", n: u8) {
            let (a, b) = (WalkKey::parse(&low).unwrap(), WalkKey::parse(&high).unwrap());
            prop_assume!(a != b);
            let (a, b) = if a < b { (a, b) } else { (b, a) };
            let key = between(Some(&a), Some(&b), writer(n)).unwrap();
            prop_assert!(a < key && key < b, "{:?} {:?} {:?}", a, key, b);
            prop_assert!(between(None, Some(&a), writer(n)).unwrap() < a);
            prop_assert!(between(Some(&b), None, writer(n)).unwrap() > b);
            prop_assert_eq!(WalkKey::parse(key.as_str()), Some(key));
        }

        #[test]
        fn a_list_keeps_the_order_that_people_gave_it(places in proptest::collection::vec((any::<prop::sample::Index>(), 0u8..3), 1..80)) {
            let mut list: Vec<(WalkKey, RecordId)> = Vec::new();
            let mut wanted: Vec<RecordId> = Vec::new();
            for (n, (place, by)) in places.iter().enumerate() {
                let at = place.index(list.len() + 1);
                let (key, moved) = insert(&list, at, writer(*by)).unwrap();
                prop_assert_eq!(moved, vec![]);
                list.insert(at, (key, record(n)));
                wanted.insert(at, record(n));
            }
            let mut sorted = list.clone();
            sorted.sort();
            prop_assert_eq!(sorted.iter().map(|(_, r)| *r).collect::<Vec<_>>(), wanted);
        }

        #[test]
        fn merging_two_phones_is_one_order(a in proptest::collection::vec(any::<prop::sample::Index>(), 0..20), b in proptest::collection::vec(any::<prop::sample::Index>(), 0..20)) {
            let base: Vec<_> = spread(5).into_iter().zip((0..5).map(record)).collect();
            let grown = |places: &[prop::sample::Index], by: u8| {
                let mut list = base.clone();
                for (n, place) in places.iter().enumerate() {
                    let at = place.index(list.len() + 1);
                    let (key, _) = insert(&list, at, writer(by)).unwrap();
                    list.insert(at, (key, record(100 * usize::from(by) + n)));
                }
                list
            };
            let (one, two) = (grown(&a, 1), grown(&b, 2));
            let mut merged: Vec<_> = one.iter().chain(&two).cloned().collect();
            merged.sort();
            merged.dedup();
            prop_assert_eq!(merged.len(), 5 + a.len() + b.len());
            for list in [one, two] {
                let kept: Vec<_> = merged.iter().filter(|item| list.contains(item)).cloned().collect();
                prop_assert_eq!(kept, list);
            }
        }

        #[test]
        fn spread_keys_are_in_order(count in 0usize..3000) {
            let keys = spread(count);
            prop_assert_eq!(keys.len(), count);
            prop_assert!(keys.windows(2).all(|w| w[0] < w[1]));
        }
    }
}
