//! Pictures: what a change says of one, and when two are the same picture.
//!
//! Owns the description, the kinds of files, and the comparison of pictures by their content and by how they look.
//! Refuses to hold a picture's bytes and to decode them. Invariant: a description is read as far as it is understood, so
//! that what a later version adds to it takes nothing away.

use crate::hash::Hash;
use crate::id::RecordId;
use crate::journal::Outcome;
use crate::kind::Kind;
use crate::limits;
use crate::op::ATTACHED;
use crate::state::{State, Tag};
use crate::time::Timestamp;
use crate::value::Value;
use std::collections::{BTreeMap, BTreeSet};

/// What sort of file a picture is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub enum Media {
    /// JPEG (ISO/IEC 10918-1).
    #[serde(rename = "image/jpeg")]
    Jpeg,
    /// PNG (ISO/IEC 15948).
    #[serde(rename = "image/png")]
    Png,
}

impl Media {
    /// By the first bytes of a file; a name or a header may say anything.
    pub fn sniff(bytes: &[u8]) -> Option<Self> {
        const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";
        const JPEG: &[u8] = b"\xff\xd8\xff";
        if bytes.starts_with(PNG) { Some(Self::Png) } else { bytes.starts_with(JPEG).then_some(Self::Jpeg) }
    }

    /// Its media type (RFC 2046).
    pub const fn name(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
        }
    }

    fn from_name(name: &str) -> Option<Self> {
        [Self::Jpeg, Self::Png].into_iter().find(|media| media.name() == name)
    }
}

/// How a picture looks, in 128 bits: whether each cell of a coarse drawing of it is brighter than its neighbour to the
/// right, and than the one below. A copy that was resized or saved anew differs in a few of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Look(pub [u8; 16]);

impl Look {
    /// In how many bits two differ.
    pub const fn distance(self, other: Self) -> u32 {
        (u128::from_be_bytes(self.0) ^ u128::from_be_bytes(other.0)).count_ones()
    }
}

/// What a change says of a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Picture {
    /// BLAKE3 of its bytes, without a context: what `b3sum` says.
    pub hash: Hash,
    /// How many bytes.
    pub size: u64,
    /// What sort of file.
    pub media: Media,
    /// Pixels from left to right.
    pub width: u32,
    /// Pixels from top to bottom.
    pub height: u32,
    /// When it was taken, as far as the camera said.
    pub taken_at: Option<Timestamp>,
    /// How it looks; nothing for one that shows nothing (a lens that was covered).
    pub look: Option<Look>,
}

impl Picture {
    /// As the element of a change.
    pub fn to_value(&self) -> Value {
        let int = |n: u64| Value::Int(i64::try_from(n).unwrap_or(i64::MAX));
        let mut map = BTreeMap::from([
            ("hash".to_owned(), Value::Bytes(self.hash.0.to_vec())),
            ("size".to_owned(), int(self.size)),
            ("type".to_owned(), Value::from(self.media.name())),
            ("width".to_owned(), int(self.width.into())),
            ("height".to_owned(), int(self.height.into())),
        ]);
        if let Some(at) = self.taken_at {
            map.insert("taken_at".to_owned(), Value::Int(at.0));
        }
        if let Some(look) = self.look {
            map.insert("look".to_owned(), Value::Bytes(look.0.to_vec()));
        }
        Value::Map(map)
    }

    /// Of an element; `None` for what is no picture that this version understands.
    pub fn from_value(value: &Value) -> Option<Self> {
        let map = value.as_map()?;
        let int = |name: &str| map.get(name).and_then(Value::as_int);
        let bytes = |name: &str| if let Some(Value::Bytes(b)) = map.get(name) { Some(b.as_slice()) } else { None };
        Some(Self {
            hash: hash_of(value)?,
            size: u64::try_from(int("size")?).ok()?,
            media: Media::from_name(map.get("type")?.as_text()?)?,
            width: u32::try_from(int("width")?).ok()?,
            height: u32::try_from(int("height")?).ok()?,
            taken_at: int("taken_at").map(Timestamp),
            look: bytes("look").and_then(|b| b.try_into().ok()).map(Look),
        })
    }

    /// What it is compared by.
    pub const fn mark(&self) -> PictureMark {
        PictureMark { hash: self.hash, look: self.look }
    }
}

/// The content hash that an attached element names, also one of a later version.
pub fn hash_of(element: &Value) -> Option<Hash> {
    match element.as_map()?.get("hash")? {
        Value::Bytes(bytes) => Hash::from_slice(bytes),
        _ => None,
    }
}

/// What pictures are compared by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct PictureMark {
    /// The content.
    pub hash: Hash,
    /// How it looks.
    pub look: Option<Look>,
}

/// The pictures of a record with who attached them, in the order in which they came; one that was attached twice stands
/// once.
pub fn pictures_of(state: &State) -> Vec<(Picture, &Tag)> {
    let mut found: Vec<(Picture, &Tag)> = Vec::new();
    for add in state.sets.get(ATTACHED).into_iter().flat_map(|set| &set.adds) {
        if let Some(picture) = Picture::from_value(&add.element)
            && !found.iter().any(|(other, _)| other.hash == picture.hash)
        {
            found.push((picture, &add.tag));
        }
    }
    found
}

/// The elements of a record that name this content.
pub fn elements_of(state: &State, hash: Hash) -> Vec<&Value> {
    let adds = state.sets.get(ATTACHED).into_iter().flat_map(|set| &set.adds);
    adds.map(|add| &add.element).filter(|element| hash_of(element) == Some(hash)).collect()
}

/// Whether a value names a picture of the record that no step which took effect rested on yet.
pub fn is_new_evidence(state: &State, named: &Value) -> bool {
    let Value::Bytes(bytes) = named else { return false };
    let Some(hash) = Hash::from_slice(bytes) else { return false };
    let mut used = state.steps.iter().filter(|step| step.outcome == Outcome::Applied);
    !elements_of(state, hash).is_empty() && !used.any(|step| step.answers.values().any(|answer| answer == named))
}

/// Which records share a picture with which others: the same bytes, or the same picture resized or saved anew.
pub fn twins<'a>(
    records: impl IntoIterator<Item = (RecordId, &'a [PictureMark])>,
) -> BTreeMap<RecordId, BTreeSet<RecordId>> {
    let mut by_content: BTreeMap<Hash, BTreeSet<RecordId>> = BTreeMap::new();
    let mut by_look: BTreeMap<Look, BTreeSet<RecordId>> = BTreeMap::new();
    for (record, marks) in records {
        for mark in marks {
            by_content.entry(mark.hash).or_default().insert(record);
            if let Some(look) = mark.look {
                by_look.entry(look).or_default().insert(record);
            }
        }
    }
    let mut found: BTreeMap<RecordId, BTreeSet<RecordId>> = BTreeMap::new();
    let mut meet = |some: &BTreeSet<RecordId>, others: &BTreeSet<RecordId>| {
        for one in some {
            for other in others.iter().filter(|other| *other != one) {
                found.entry(*one).or_default().insert(*other);
                found.entry(*other).or_default().insert(*one);
            }
        }
    };
    for records in by_content.values() {
        meet(records, records);
    }
    let looks: Vec<(Look, &BTreeSet<RecordId>)> = by_look.iter().map(|(look, records)| (*look, records)).collect();
    // Two looks that differ in fewer bits than they have bytes agree in one whole byte.
    let mut shelves: BTreeMap<(usize, u8), Vec<usize>> = BTreeMap::new();
    for (n, (look, records)) in looks.iter().enumerate() {
        meet(records, records);
        for (nth, byte) in look.0.iter().enumerate() {
            let shelf = shelves.entry((nth, *byte)).or_default();
            for (near, others) in shelf.iter().map(|other| looks[*other]) {
                if near.distance(*look) <= limits::PICTURE_LOOK_BITS_MAX {
                    meet(records, others);
                }
            }
            shelf.push(n);
        }
    }
    found
}

impl Kind {
    /// Whether its records bear pictures: of places and matters, never of people.
    pub const fn bears_pictures(self) -> bool {
        matches!(
            self,
            Self::Estate
                | Self::Building
                | Self::Dwelling
                | Self::Address
                | Self::Premises
                | Self::Organisation
                | Self::Facility
                | Self::Case
                | Self::Visit
                | Self::WorkDone
                | Self::Task
                | Self::TaskFeedback
                | Self::Inspection
                | Self::InspectionItem
                | Self::BackCheck
                | Self::Target
                | Self::Attempt
                | Self::CheckPoint
                | Self::Patrol
                | Self::Submission
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn record(n: u8) -> RecordId {
        RecordId([n; 16])
    }

    fn mark(hash: u8, look: Option<u128>) -> PictureMark {
        PictureMark { hash: Hash([hash; 32]), look: look.map(|bits| Look(bits.to_be_bytes())) }
    }

    #[test]
    fn a_file_is_what_its_first_bytes_say() {
        assert_eq!(Media::sniff(b"\xff\xd8\xff\xe0\0\x10JFIF"), Some(Media::Jpeg));
        assert_eq!(Media::sniff(b"\x89PNG\r\n\x1a\n\0\0"), Some(Media::Png));
        for other in [&b""[..], b"\xff\xd8", b"GIF89a", b"%PDF-1.7", b"RIFF\0\0\0\0WEBP", b"<svg"] {
            assert_eq!(Media::sniff(other), None);
        }
    }

    #[test]
    fn a_description_is_read_as_it_was_written_and_with_what_a_later_version_adds() {
        let plain = Picture {
            hash: Hash([7; 32]),
            size: 1234,
            media: Media::Png,
            width: 640,
            height: 480,
            taken_at: None,
            look: None,
        };
        let full = Picture { taken_at: Some(Timestamp(-5)), look: Some(Look([9; 16])), ..plain };
        for picture in [plain, full] {
            assert_eq!(Picture::from_value(&picture.to_value()), Some(picture));
        }
        let Value::Map(mut later) = full.to_value() else { panic!("a map") };
        later.insert("lens".to_owned(), Value::from("wide"));
        assert_eq!(Picture::from_value(&Value::Map(later.clone())), Some(full));
        later.insert("type".to_owned(), Value::from("image/avif"));
        let later = Value::Map(later);
        assert_eq!((Picture::from_value(&later), hash_of(&later)), (None, Some(full.hash)), "its bytes can be kept");
        assert_eq!(hash_of(&Value::Bytes(vec![7; 32])), None);
    }

    #[test]
    fn pictures_are_the_same_by_content_or_by_look() {
        let far = limits::PICTURE_LOOK_BITS_MAX + 1;
        let bits = |n: u32| Some((1_u128 << n) - 1);
        let marks = [
            (record(1), vec![mark(1, bits(0)), mark(9, None)]),
            (record(2), vec![mark(2, bits(far - 1))]),
            (record(3), vec![mark(3, bits(2 * far))]),
            (record(4), vec![mark(4, None)]),
            (record(5), vec![mark(4, None), mark(4, None)]),
            (record(6), vec![mark(6, None)]),
            (record(7), vec![mark(4, bits(100))]),
            (record(8), vec![mark(8, bits(100))]),
        ];
        let found = twins(marks.iter().map(|(record, marks)| (*record, marks.as_slice())));
        let all: Vec<_> = found.iter().map(|(r, with)| (r.0[0], with.iter().map(|w| w.0[0]).collect())).collect();
        let expected: Vec<(u8, Vec<u8>)> =
            vec![(1, vec![2]), (2, vec![1]), (4, vec![5, 7]), (5, vec![4, 7]), (7, vec![4, 5, 8]), (8, vec![7])];
        assert_eq!(all, expected);
    }

    proptest! {
        /// The shelves lose no pair that a comparison of all with all finds.
        #[test]
        fn what_looks_alike_is_found(looks in proptest::collection::vec((any::<u128>(), 0..3_u8, any::<u128>()), 2..12)) {
            let mut marks: Vec<Vec<PictureMark>> = Vec::new();
            for (n, (bits, near, flips)) in looks.iter().enumerate() {
                let n = u8::try_from(n).unwrap();
                // A third of them are near another: up to sixteen bits away.
                let look = match (near, marks.last()) {
                    (0, Some(before)) => {
                        let base = u128::from_be_bytes(before[0].look.unwrap().0);
                        (0..16).fold(base, |bits, at| bits ^ (1 << ((flips >> (7 * at)) % 128)))
                    }
                    _ => *bits,
                };
                marks.push(vec![mark(n, Some(look))]);
            }
            let list = (0..).map(record).zip(&marks);
            let found = twins(list.map(|(record, marks)| (record, marks.as_slice())));
            for (n, one) in (0..).zip(&marks) {
                for (m, other) in (0..).zip(&marks).filter(|(m, _)| *m != n) {
                    let near = one[0].look.unwrap().distance(other[0].look.unwrap()) <= limits::PICTURE_LOOK_BITS_MAX;
                    let told = found.get(&record(n)).is_some_and(|with| with.contains(&record(m)));
                    prop_assert_eq!(near, told);
                }
            }
        }
    }
}
