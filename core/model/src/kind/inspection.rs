//! Inspection 检查: somebody looks at a place by a template, or looks again at what failed.
//!
//! Owns its field table, its reading, and the ids of what belongs to it. Refuses to hold answers: each is a record of its own.
//! Invariant: the items as they stood that day are kept in it, so that a later edition of the template changes nothing that
//! was looked at; its id follows from what it is of, so that two people who begin it without a signal begin one.

use super::field::{int, text};
use super::{Field, Home, Kind, KindTable, PARENT, ReachesDown, Retention, SearchUse, Shape, SortBy};
use crate::case_class::ClassRef;
use crate::code_set::CodeSet;
use crate::id::RecordId;
use crate::inspection::{Template, TemplateItem};
use crate::limits;
use crate::role::{Role, Roles};
use crate::rule_table::unpacked;
use crate::state::State;
use crate::step_table::StepTable;
use crate::time::Timestamp;
use crate::value::Value;
use crate::view::{Policy, show};

/// The template by which it is done, by its whole name.
pub const TEMPLATE: &str = "template";
/// What the template is called.
pub const TITLE: &str = "title";
/// At whose instance: a code.
pub const ORIGIN: &str = "origin";
/// The campaign that it is part of.
pub const CAMPAIGN: &str = "campaign";
/// The place of the campaign's list.
pub const TARGET: &str = "target";
/// The day.
pub const ON: &str = "on";
/// Which round: 0 looks first, the others look again.
pub const ROUND: &str = "round";
/// When it was finished last.
pub const FINISHED_AT: &str = "finished_at";
/// Who signed on the premises.
pub const SIGNED_BY: &str = "signed_by";
/// Why nobody signed.
pub const UNSIGNED: &str = "unsigned";
/// The set of offices and firms that look.
pub const OFFICES: &str = "offices";
/// The set of items, each a row of the template with its number.
pub const ITEMS: &str = "items";

/// What is inspected.
pub const PLACES: &[Kind] =
    &[Kind::Premises, Kind::Dwelling, Kind::Building, Kind::Estate, Kind::Facility, Kind::Target, Kind::Inspection];

/// Who inspects.
pub const INSPECTORS: Roles =
    Roles::of(&[Role::Gridworker, Role::Handler, Role::DutyOfficer, Role::Inspector]).and(Roles::SUPERVISORS);
/// Who reads what was found.
pub const READERS: Roles = Roles::STAFF.and(INSPECTORS);

const fn field(name: &'static str, shape: Shape) -> Field {
    Field::new(name, shape, READERS, INSPECTORS)
}

/// What Gridwalk says about inspections.
pub static TABLE: KindTable = KindTable {
    kind: Kind::Inspection,
    fields: &[
        field(PARENT, Shape::Ref(PLACES)).required(),
        field(TEMPLATE, Shape::CaseClass).required(),
        field(TITLE, text(120)).required().search(SearchUse::Name),
        field(ORIGIN, Shape::Code(CodeSet::InspectionOrigin)).required(),
        field(CAMPAIGN, Shape::Ref(&[Kind::Campaign])),
        field(TARGET, Shape::Ref(&[Kind::Target])),
        field(ON, Shape::Date).required(),
        field(ROUND, int(0, limits::RECHECK_ROUNDS as i64)).required(),
        field(FINISHED_AT, Shape::Moment).policy(Policy::Latest),
        field(SIGNED_BY, text(limits::PERSON_NAME_CHARS_MAX)).keep(Retention::DaysAfterEnd(365)),
        field(UNSIGNED, text(200)),
        field("note", text(2000)).search(SearchUse::Text),
    ],
    sets: &[field(OFFICES, text(80)).search(SearchUse::Name), field(ITEMS, text(limits::RULE_ROW_CHARS_MAX))],
    steps: StepTable::none,
    home: Home::Parent(PLACES),
    delete: INSPECTORS,
    author_sees: false,
    reaches_down: ReachesDown::No,
    place: false,
    title: &[TITLE],
    subtitle: &[],
    sort: SortBy::Newest(""),
};

/// An inspection as its record says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inspection {
    /// Its record.
    pub record: RecordId,
    /// What it is of; of a re-check the first inspection.
    pub parent: RecordId,
    /// The template.
    pub template: ClassRef,
    /// What that is called.
    pub title: String,
    /// At whose instance.
    pub origin: String,
    /// The campaign that it is part of.
    pub campaign: Option<RecordId>,
    /// The place of the campaign's list.
    pub target: Option<RecordId>,
    /// The day.
    pub on: i64,
    /// Which round.
    pub round: u32,
    /// When it was finished.
    pub finished_at: Option<Timestamp>,
    /// The items as they stood that day.
    pub items: Vec<TemplateItem>,
}

impl Inspection {
    /// What a record says; `None` for one that is deleted, not whole, or of a later version.
    pub fn of(state: &State) -> Option<Self> {
        if state.kind() != Kind::Inspection.name() || state.is_deleted() {
            return None;
        }
        let value = |name: &str| state.value(name);
        let text = |name: &str| value(name).and_then(Value::as_text).unwrap_or_default().to_owned();
        let elements = state.sets.get(ITEMS).into_iter().flat_map(|set| set.elements());
        let mut rows: Vec<(u32, Vec<String>)> = elements.filter_map(|row| numbered(row.as_text()?)).collect();
        rows.sort();
        let template: ClassRef = text(TEMPLATE).parse().ok()?;
        let of_rows = Template::of_rows(rows.into_iter().map(|(_, cells)| cells));
        let finished = state.fields.get(FINISHED_AT).and_then(|field| show(&field.heads, Policy::Latest)?.value);
        Some(Self {
            record: state.record,
            parent: value(PARENT)?.as_id()?,
            title: text(TITLE),
            origin: text(ORIGIN),
            campaign: value(CAMPAIGN).and_then(Value::as_id),
            target: value(TARGET).and_then(Value::as_id),
            on: value(ON)?.as_int()?,
            round: u32::try_from(value(ROUND)?.as_int()?).ok()?,
            finished_at: finished.and_then(Value::as_int).map(Timestamp),
            items: of_rows.into_iter().filter(|one| one.of == template).flat_map(|one| one.items).collect(),
            template,
        })
    }

    /// The item of a code.
    pub fn item(&self, code: &str) -> Option<&TemplateItem> {
        self.items.iter().find(|item| item.item == code)
    }

    /// The inspection that it is a round of: of the first one it is that itself.
    pub const fn root(&self) -> RecordId {
        if self.round == 0 { self.record } else { self.parent }
    }
}

fn numbered(row: &str) -> Option<(u32, Vec<String>)> {
    let (number, cells) = row.split_once('\t')?;
    Some((number.parse().ok()?, unpacked(cells)))
}

/// The id of the inspection of a place by a template on a day at somebody's instance: whoever begins it, and however often.
pub fn inspection_of(
    place: RecordId,
    template: &ClassRef,
    origin: &str,
    on: i64,
    campaign: Option<RecordId>,
) -> RecordId {
    let day = Timestamp::of_china_day(on).0.to_be_bytes();
    let campaign = campaign.unwrap_or_default();
    let name = template.to_string();
    let parts: [&[u8]; 5] = [place.bytes(), name.as_bytes(), origin.as_bytes(), &on.to_be_bytes(), campaign.bytes()];
    RecordId::hashed([day[2], day[3], day[4], day[5], day[6], day[7]], "gridwalk 2026 inspection", &parts)
}

/// The id of a round of re-checks of an inspection.
pub fn recheck_of(root: RecordId, round: u32) -> RecordId {
    RecordId::made_of("gridwalk 2026 recheck", root, &round.to_be_bytes())
}

/// The id of the answer to an item.
pub fn answer_of(inspection: RecordId, item: &str) -> RecordId {
    RecordId::made_of("gridwalk 2026 inspection answer", inspection, item.as_bytes())
}

/// The id of the hazard that a failed item opens, where none is open.
pub fn hazard_of(root: RecordId, item: &str) -> RecordId {
    RecordId::made_of("gridwalk 2026 inspection hazard", root, item.as_bytes())
}
