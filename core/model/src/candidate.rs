//! Candidates that the server tells: which of a phone's records may be the same person or thing as another one of the
//! county, in whoever's grid that stands.
//!
//! Owns what of a state is printed, the two prints that are kept beside it, and the question and answer between phone
//! and server. Refuses to hold keys and tables. Invariant: of a record that the asker does not see an answer holds a
//! mark that means nothing elsewhere, the unit, and what agrees; nothing of what was typed, and not its id.

use crate::change::Change;
use crate::civil_date::CivilDate;
use crate::duplicate::{Match, Print, Subject, TenantKey, Trait, compare, prints};
use crate::exchange::Key;
use crate::id::{RecordId, SpaceId, TimelineId, UnitId};
use crate::kind::Kind;
use crate::moved::MOVED_TO;
use crate::op::Op;
use crate::state::State;
use crate::unit_code::UnitCode;
use crate::value::Value;

/// The unit under which names of estates are printed: which are near each other the server sees by their units.
const NOWHERE: &str = "110101001001";

/// The two prints of a record that are kept: the one that alone nearly tells, and the one that many may share.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Kept {
    /// Of an identity number or a credit code.
    pub strong: Option<[u8; 16]>,
    /// Of name and birth date, or of a name.
    pub named: Option<[u8; 16]>,
}

/// The traits that are kept of a kind: the strong one, and the other; `None` for kinds without prints.
pub const fn traits_of(kind: Kind) -> Option<(Option<Trait>, Trait)> {
    match kind {
        Kind::Resident => Some((Some(Trait::IdNumber), Trait::NameBirth)),
        Kind::Organisation | Kind::Premises => Some((Some(Trait::Uscc), Trait::OrganisationName)),
        Kind::Estate => Some((None, Trait::EstateName)),
        Kind::Facility => Some((None, Trait::FacilityCode)),
        _ => None,
    }
}

/// The fields of a kind that its prints are made of; none for kinds without prints.
pub const fn printed_fields(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Resident => &["id_number", "name", "birth"],
        Kind::Organisation => &["uscc", "name"],
        Kind::Premises | Kind::Estate => &["name"],
        Kind::Facility => &["code", "kind"],
        _ => &[],
    }
}

/// Whether a change may give its record other prints.
pub fn prints_anew(change: &Change) -> bool {
    let fields = Kind::from_name(&change.kind).map_or(&[][..], printed_fields);
    change.ops.iter().any(|op| matches!(op, Op::Put { field, .. } if fields.contains(&field.as_str())))
}

/// Whether a record has the prints that it had before this change, which its state holds by now: nothing printed was
/// written, and nobody ever deleted it, moved it away or named it of another kind.
pub fn prints_stay(change: &Change, state: &State) -> bool {
    let other = |op: &Op| matches!(op, Op::Put { field, .. } if field == MOVED_TO) || matches!(op, Op::Unknown { .. });
    !prints_anew(change)
        && !change.ops.iter().any(other)
        && state.kinds == [change.kind.as_str()]
        && state.deletes.is_empty()
        && state.moved_to().is_none()
}

impl Kept {
    /// Those of a state under a county's key; none of a kind that has none, and of a record that is deleted or has moved
    /// away.
    pub fn of(key: &TenantKey, state: &State) -> Self {
        let Some(kind) = Kind::from_name(state.kind()).filter(|k| traits_of(*k).is_some()) else {
            return Self::default();
        };
        if state.is_deleted() || state.moved_to().is_some() {
            return Self::default();
        }
        let value = |name: &str| state.value(name);
        let text = |name: &str| value(name).and_then(Value::as_text);
        let made = match kind {
            Kind::Resident => {
                let birth = value("birth").and_then(Value::as_int).and_then(CivilDate::from_days);
                prints(key, Subject::Resident { id_number: text("id_number"), name: text("name"), birth, phone: None })
            }
            Kind::Estate => match (text("name"), UnitCode::parse(NOWHERE)) {
                (Some(name), Ok(unit)) => prints(key, Subject::Estate { name, unit: &unit }),
                _ => Vec::new(),
            },
            Kind::Facility => match (text("kind"), text("code")) {
                (Some(kind), Some(code)) => prints(key, Subject::Facility { kind, code }),
                _ => Vec::new(),
            },
            _ => prints(key, Subject::Organisation { uscc: text("uscc"), name: text("name"), phone: None }),
        };
        let (strong, named) = traits_of(kind).unwrap_or((None, Trait::EstateName));
        let of = |wanted: Option<Trait>| made.iter().find(|p| Some(p.of) == wanted).map(|p| p.hash);
        Self { strong: of(strong), named: of(Some(named)) }
    }

    /// Whether there is none.
    pub const fn is_empty(&self) -> bool {
        self.strong.is_none() && self.named.is_none()
    }

    /// What two records of a kind have in common by these.
    pub fn compared(&self, other: &Self, kind: Kind) -> Option<Match> {
        let (strong, named) = traits_of(kind)?;
        compare(&self.prints(strong, named), &other.prints(strong, named))
    }

    fn prints(&self, strong: Option<Trait>, named: Trait) -> Vec<Print> {
        let one = |of: Option<Trait>, hash: Option<[u8; 16]>| Some(Print { of: of?, hash: hash? });
        [one(strong, self.strong), one(Some(named), self.named)].into_iter().flatten().collect()
    }
}

/// Another record that may be the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Other {
    /// One that the asker sees, too.
    Seen(RecordId),
    /// One that the asker does not see: a mark that is the same each time this account asks, and means nothing elsewhere.
    Unseen([u8; 16]),
}

impl Other {
    /// The sixteen bytes.
    pub const fn bytes(&self) -> &[u8; 16] {
        match self {
            Self::Seen(record) => &record.0,
            Self::Unseen(mark) => mark,
        }
    }
}

/// Asks which records that the asker sees may be the same as others of the space.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CandidateRequest {
    /// The space.
    pub space: SpaceId,
    /// What the answers so far reach to; without one everything in scope is looked through.
    pub since: Option<(TimelineId, u64)>,
    /// Where the look through goes on.
    pub after: Option<(Key, Option<RecordId>)>,
    /// Own records with marks that were told of them: whether they still hold.
    pub held: Vec<(RecordId, [u8; 16])>,
}

/// The answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CandidateReply {
    /// What it reaches to.
    pub upto: (TimelineId, u64),
    /// Where to go on, if there is more.
    pub after: Option<(Key, Option<RecordId>)>,
    /// Whether more waits behind `upto`.
    pub more: bool,
    /// What was found.
    pub found: Vec<Told>,
    /// Of `held`, what holds no more.
    pub gone: Vec<(RecordId, [u8; 16])>,
}

/// One candidate that the server tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// The asker's record.
    pub record: RecordId,
    /// The other one.
    pub other: Other,
    /// The other one's unit.
    pub unit: UnitId,
    /// That unit's name.
    pub unit_name: String,
    /// Codes of what agrees.
    pub agreed: Vec<String>,
    /// How likely they are one, per cent.
    pub score: u32,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hash::Hash;
    use crate::id::{AccountId, DeviceId, ReplicaId};
    use crate::name::{Mark, Name};
    use crate::state::{Deletion, Head, Register, Tag};
    use crate::time::Timestamp;
    use std::sync::Arc;

    const KEY: TenantKey = TenantKey::new([7; 32]);

    fn state(kind: &str, fields: &[(&str, Value)]) -> State {
        let mut state = State::new(RecordId([1; 16]));
        state.kinds = vec![kind.to_owned()];
        for (name, value) in fields {
            let id = Name { replica: ReplicaId([1; 16]), seq: 1, mark: Mark([0; 8]) };
            let tag = Tag { effective: Timestamp(0), id, names: vec![id], author: AccountId::default() };
            let head = Head { tag: Arc::new(tag), value: Some(value.clone()), replaced: None, gone: false };
            state.fields.insert((*name).to_owned(), Register { heads: vec![head], ..Register::default() });
        }
        state
    }

    #[test]
    fn what_is_printed_of_a_kind_are_fields_of_its_own() {
        for kind in Kind::ALL {
            let fields = printed_fields(kind);
            assert_eq!(!fields.is_empty(), traits_of(kind).is_some(), "{}", kind.name());
            assert!(fields.iter().all(|name| kind.table().field(name).is_some()), "{}", kind.name());
        }
    }

    fn change(ops: &[Op]) -> Change {
        Change {
            space: SpaceId::default(),
            replica: ReplicaId([1; 16]),
            seq: 1,
            prev: Hash::default(),
            record: RecordId([1; 16]),
            kind: "resident".into(),
            unit: UnitId::default(),
            author: AccountId::default(),
            machine: false,
            device: DeviceId::default(),
            typed_at: Timestamp(0),
            heard: Timestamp(0),
            seen: Vec::new(),
            was: Vec::new(),
            instead_of: None,
            salt: [0; 16],
            ops: ops.to_vec(),
            extra: Vec::new(),
        }
    }

    /// Prints made before and after a change are the same wherever it is said that they stay.
    #[test]
    fn prints_stay_unless_a_change_may_give_others() {
        let delete = Op::Delete { timeline: TimelineId::default(), pos: 0, own: Vec::new() };
        let id = Name { replica: ReplicaId([1; 16]), seq: 2, mark: Mark([0; 8]) };
        let gone = Deletion { id, author: AccountId::default(), covers: 1, own: Vec::new() };
        let standing = state("resident", &[("name", Value::Text("王小明".into()))]);
        let deleted = State { deletes: vec![gone], ..standing.clone() };
        let of_two = State { kinds: vec!["organisation".into(), "resident".into()], ..standing.clone() };
        let rows: [(&[Op], &State, bool); 8] = [
            (&[Op::put("phone", "13800000001")], &standing, true),
            (&[Op::put("phone", "13800000001"), Op::put("name", "王大明")], &standing, false),
            (&[Op::Put { field: "name".into(), value: None, within: None, seen: None }], &standing, false),
            (&[Op::put(MOVED_TO, "there")], &standing, false),
            (&[Op::Unknown { code: 99, raw: Vec::new() }], &standing, false),
            (&[delete], &deleted, false),
            (&[Op::put("phone", "13800000001")], &deleted, false),
            (&[Op::put("phone", "13800000001")], &of_two, false),
        ];
        for (ops, state, stay) in rows {
            assert_eq!(prints_stay(&change(ops), state), stay, "{ops:?}");
        }
    }

    #[test]
    fn one_person_in_two_grids_is_printed_alike_and_no_key_no_print() {
        let one = state("resident", &[("name", "王小明".into()), ("id_number", "11010519491231002X".into())]);
        let other = state("resident", &[("name", "王 小明".into()), ("birth", Value::Int(-7306))]);
        let (a, b) = (Kept::of(&KEY, &one), Kept::of(&KEY, &other));
        assert!(a.strong.is_some() && b.strong.is_none());
        assert_eq!(a.named, b.named);
        assert_eq!(a.compared(&b, Kind::Resident).unwrap().agreed, [Trait::NameBirth]);
        let elsewhere = Kept::of(&TenantKey::new([8; 32]), &one);
        assert_eq!(a.compared(&elsewhere, Kind::Resident), None, "another county prints with another key");
        assert!(Kept::of(&KEY, &state("dwelling", &[("number", "402".into())])).is_empty());
        let firm = Kept::of(&KEY, &state("premises", &[("name", "好又多便利店".into())]));
        assert!(firm.named.is_some() && firm.strong.is_none());
        let hydrant = |kind: &str, code: &str| {
            Kept::of(&KEY, &state("facility", &[("kind", kind.into()), ("code", code.into())]))
        };
        let (one, other) = (hydrant("hydrant", "XF-012"), hydrant("hydrant", "ｘｆ012"));
        assert_eq!(one.compared(&other, Kind::Facility).unwrap().agreed, [Trait::FacilityCode]);
        assert_eq!(one.compared(&hydrant("manhole", "XF-012"), Kind::Facility), None, "each kind has codes of its own");
        let estate = Kept::of(&KEY, &state("estate", &[("name", "香樟苑小区".into())]));
        let short = Kept::of(&KEY, &state("estate", &[("name", "香樟苑".into())]));
        assert_eq!(estate.compared(&short, Kind::Estate).unwrap().agreed, [Trait::EstateName]);
    }
}
