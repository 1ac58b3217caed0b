//! Form 表单: what somebody asks, in all its versions.
//!
//! Owns the field tables of a form and of the pieces of its definitions, and the way from pieces to bytes. Refuses to read a
//! definition: gridwalk-forms does. Invariant: a version is never edited and never goes, so that what was filled by it can be
//! read; its bytes are those that its hash says, or it is not here.

use super::field::{int, text};
use super::{Field, Home, Kind, KindTable, PARENT, ReachesDown, SearchUse, Shape, SortBy, UNIT};
use crate::hash::Hash;
use crate::id::{RecordId, UnitId};
use crate::limits;
use crate::role::{Role, Roles};
use crate::state::State;
use crate::step_table::StepTable;
use crate::time::Timestamp;
use crate::value::Value;
use crate::view::Policy;

/// The field that holds what it is called; of several versions the last one's.
pub const TITLE: &str = "title";
/// The field that holds its id, which its author wrote.
pub const FORM_ID: &str = "form_id";
/// The set of its versions.
pub const VERSIONS: &str = "versions";
/// The field of a piece that says of which version it is.
pub const OF: &str = "of";
/// The field of a piece that says which one it is, from 0.
pub const NUMBER: &str = "number";
/// The field of a piece that holds its bytes.
pub const CONTENT: &str = "content";

/// Who fills forms: those who keep the register, since what is asked at a door names residents.
pub const FILLERS: Roles = Roles::REGISTER;
/// Who brings forms in.
pub const PUBLISHERS: Roles = Roles::of(&[Role::SystemAdmin, Role::DutyOfficer]).and(Roles::SUPERVISORS);

const fn field(name: &'static str, shape: Shape) -> Field {
    Field::new(name, shape, FILLERS.and(PUBLISHERS), PUBLISHERS)
}

/// What Gridwalk says about forms.
pub static TABLE: KindTable = KindTable {
    kind: Kind::Form,
    fields: &[
        field(UNIT, Shape::UnitRef).required(),
        field(TITLE, text(limits::FORM_TITLE_CHARS_MAX)).required().policy(Policy::Latest).search(SearchUse::Name),
        field(FORM_ID, text(limits::FORM_ID_CHARS_MAX)).required().search(SearchUse::Text),
    ],
    sets: &[field(VERSIONS, text(400))],
    steps: StepTable::none,
    home: Home::Unit,
    delete: PUBLISHERS,
    author_sees: false,
    // Everybody below fills it, without a network too.
    reaches_down: ReachesDown::Always,
    place: false,
    title: &[TITLE],
    subtitle: &[FORM_ID],
    sort: SortBy::Pinyin(TITLE),
};

/// What Gridwalk says about the pieces of definitions.
pub static PIECE_TABLE: KindTable = KindTable {
    kind: Kind::FormPiece,
    fields: &[
        field(PARENT, Shape::Ref(&[Kind::Form])).required(),
        field(OF, text(64)).required().once(),
        field(NUMBER, int(0, 4096)).required().once(),
        field(CONTENT, Shape::Bytes { bytes_max: limits::FORM_PIECE_BYTES }).required().once(),
    ],
    sets: &[],
    steps: StepTable::none,
    home: Home::Parent(&[Kind::Form]),
    delete: PUBLISHERS,
    author_sees: false,
    reaches_down: ReachesDown::Always,
    place: false,
    title: &[OF],
    subtitle: &[],
    sort: SortBy::Natural(&[OF, NUMBER]),
};

/// A version of a form.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version {
    /// When it was brought in: the last one is the one that is filled.
    pub published_at: Timestamp,
    /// The hash of its definition's bytes.
    pub definition: Hash,
    /// How many bytes those are.
    pub bytes: usize,
    /// The version as its author wrote it; may be empty.
    pub name: String,
}

impl Version {
    /// The version of a definition.
    pub fn of(bytes: &[u8], name: &str, published_at: Timestamp) -> Self {
        let name = name.replace(['\t', '\n', '\r'], " ");
        let name = name.trim().chars().take(limits::FORM_ID_CHARS_MAX).collect();
        Self { published_at, definition: Hash::of_content(bytes), bytes: bytes.len(), name }
    }

    /// As the set holds it.
    pub fn element(&self) -> String {
        format!("{}\t{}\t{}\t{}", self.published_at.0, self.definition, self.bytes, self.name)
    }

    /// What an element says; `None` for one of a later version of Gridwalk.
    pub fn read(element: &str) -> Option<Self> {
        let mut cells = element.splitn(4, '\t');
        let published_at = Timestamp(cells.next()?.parse().ok()?);
        let definition = hash_of(cells.next()?)?;
        let bytes = cells.next()?.parse().ok()?;
        Some(Self { published_at, definition, bytes, name: cells.next().unwrap_or_default().to_owned() })
    }

    /// How many pieces its definition has.
    pub const fn pieces(&self) -> usize {
        self.bytes.div_ceil(limits::FORM_PIECE_BYTES)
    }

    /// The records of its pieces, in order.
    pub fn piece_ids(&self, form: RecordId) -> impl Iterator<Item = RecordId> + '_ {
        (0..self.pieces()).map(move |number| piece_of(form, &self.definition, number))
    }

    /// The bytes of its definition, if all pieces are here and are what the hash says.
    pub fn assembled<'a>(&self, form: RecordId, state: impl Fn(RecordId) -> Option<&'a State>) -> Option<Vec<u8>> {
        let mut bytes = Vec::with_capacity(self.bytes.min(limits::FORM_DEFINITION_BYTES_MAX));
        for piece in self.piece_ids(form) {
            let Some(Value::Bytes(content)) = state(piece)?.value(CONTENT) else { return None };
            bytes.extend_from_slice(content);
        }
        (Hash::of_content(&bytes) == self.definition).then_some(bytes)
    }
}

/// The hash that a text writes.
pub fn hash_of(text: &str) -> Option<Hash> {
    Hash::from_slice(&data_encoding::HEXLOWER.decode(text.as_bytes()).ok()?)
}

/// A form as its record says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Form {
    /// Its record.
    pub record: RecordId,
    /// What it is called.
    pub title: String,
    /// Its id.
    pub form_id: String,
    /// Its versions, the oldest first.
    pub versions: Vec<Version>,
}

impl Form {
    /// What a record says; `None` for one that is deleted, not whole, or no form.
    pub fn of(state: &State) -> Option<Self> {
        if state.kind() != Kind::Form.name() || state.is_deleted() {
            return None;
        }
        let said = |name: &str| state.value(name).and_then(Value::as_text).map(str::to_owned);
        let elements = state.sets.get(VERSIONS).into_iter().flat_map(|set| set.elements());
        let mut versions: Vec<Version> = elements.filter_map(|one| Version::read(one.as_text()?)).collect();
        versions.sort();
        Some(Self { record: state.record, title: said(TITLE)?, form_id: said(FORM_ID)?, versions })
    }

    /// The version that is filled today.
    pub fn newest(&self) -> Option<&Version> {
        self.versions.last()
    }

    /// The version of a definition.
    pub fn version(&self, definition: Hash) -> Option<&Version> {
        self.versions.iter().find(|version| version.definition == definition)
    }
}

/// The record of the form of an id in a unit: whoever brings it in, and however often.
pub fn form_of(unit: UnitId, form_id: &str) -> RecordId {
    RecordId::made_of("gridwalk 2026 form", unit.record(), form_id.as_bytes())
}

/// The record of a piece of a definition.
pub fn piece_of(form: RecordId, definition: &Hash, number: usize) -> RecordId {
    let number = u32::try_from(number).unwrap_or(u32::MAX).to_be_bytes();
    RecordId::made_of("gridwalk 2026 form piece", form, &[&definition.0[..], &number].concat())
}
