//! Rows: what a store keeps beside a record so that lists, maps and search need not fold.
//!
//! Owns titles, flags, sort and search keys of a record or same-as group. Refuses to look codes up in words: a title
//! that is a code is drawn by the screen. Invariant: a row is a function of the states held; built again it is the same.

use crate::civil_date::CivilDate;
use crate::command::sensitive_in;
use crate::coverage::Counted;
use crate::geo::Point;
use crate::id::{RecordId, UnitId};
use crate::kind::{Field, Kind, SearchUse, Shape, SortBy, address, home, household, policy_of, review, visit_plan};
use crate::limits;
use crate::search_key;
use crate::state::State;
use crate::time::Timestamp;
use crate::value::Value;
use crate::view::{GroupView, instance_field};
use std::collections::BTreeSet;

/// What stands between the parts of a subtitle.
pub const BETWEEN: &str = " · ";

/// What a list shows a mark for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(clippy::struct_excessive_bools, reason = "independent marks, each with a column of its own")]
pub struct RowFlags {
    /// Two people's values stand side by side in some field.
    pub disagreement: bool,
    /// Somebody edited what another deleted.
    pub edited_after_deletion: bool,
    /// A step did not take effect.
    pub overtaken: bool,
    /// A field has more heads than anybody can look through.
    pub more_heads: bool,
    /// An address that nobody looked at.
    pub unconfirmed_address: bool,
    /// A record of a kind that is reviewed, in which a person typed something.
    pub typed: bool,
    /// A household that nobody lives in any more: no target of anything.
    pub ended: bool,
}

/// A record, or a same-as group, as lists and indices hold it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Row {
    /// The id it is shown under.
    pub record: RecordId,
    /// Its kind, by name.
    pub kind: String,
    /// The first of the title's fields that has a value; a code where that field is one.
    pub title: String,
    /// The fields below the title.
    pub subtitle: String,
    /// The status of its workflow; empty for kinds without one.
    pub status: String,
    /// Marks.
    pub flags: RowFlags,
    /// Lists sort by this text, then by id.
    pub sort: String,
    /// What full text holds: every value at odds too, in normal form, one a line.
    pub search_text: String,
    /// Pinyin initials and pinyin of names, spaces between spellings.
    pub search_initials: String,
    /// Where it is, for places.
    pub point: Option<Point>,
    /// All units that its states name.
    pub units: Vec<UnitId>,
    /// All parents that its states name.
    pub parents: Vec<RecordId>,
    /// What a campaign counts of it: of targets, and of attempts that raised something.
    pub counted: Option<Counted>,
}

/// The row of a view.
pub fn row(view: &GroupView<'_>) -> Row {
    let kind_name = view.front().map_or("", State::kind);
    let units = view.members.iter().flat_map(|m| home::own_units(m)).collect::<BTreeSet<_>>();
    let parents = view.members.iter().flat_map(|m| home::parents(m)).collect::<BTreeSet<_>>();
    let row = Row {
        record: view.shown,
        kind: kind_name.to_owned(),
        flags: flags(view, kind_name),
        units: units.into_iter().collect(),
        parents: parents.into_iter().collect(),
        ..Row::default()
    };
    match Kind::from_name(kind_name) {
        Some(kind) => drawn(row, kind, view),
        None => Row { status: status(view), ..row },
    }
}

/// What only a kind's table can tell.
fn drawn(row: Row, kind: Kind, view: &GroupView<'_>) -> Row {
    let table = kind.table();
    let text = |name: &&str| field_text(view, table.field(name)?);
    let title = table.title.iter().find_map(text).unwrap_or_default();
    let below: Vec<String> = table.subtitle.iter().filter_map(text).filter(|t| *t != title).collect();
    let (search_text, search_initials) = search(kind, view);
    let point = table.field("point").and_then(|f| Point::from_value(view.field(f.name, f.policy)?.value?));
    Row {
        subtitle: below.join(BETWEEN),
        status: if kind.steps().rows.is_empty() { String::new() } else { status(view) },
        sort: sort(kind, view, &title),
        title,
        search_text,
        search_initials,
        point: point.filter(|_| table.place),
        counted: Counted::of(kind, view),
        ..row
    }
}

fn status(view: &GroupView<'_>) -> String {
    view.front().map_or("", State::status).to_owned()
}

/// The field's shown value as a line of text.
fn field_text(view: &GroupView<'_>, field: &Field) -> Option<String> {
    plain_text(field.shape, view.field(field.name, field.policy)?.value?)
}

/// A value as a line of text without words: dates in ISO form, codes as they are; `None` where it has none.
pub fn plain_text(shape: Shape, value: &Value) -> Option<String> {
    match (shape, value) {
        (_, Value::Text(text)) => Some(text.clone()).filter(|t| !t.trim().is_empty()),
        (Shape::Date, Value::Int(days)) => CivilDate::from_days(*days).map(|d| d.to_string()),
        (Shape::Int { .. }, Value::Int(number)) => Some(number.to_string()),
        _ => None,
    }
}

fn flags(view: &GroupView<'_>, kind: &str) -> RowFlags {
    let heads = |name: &str| -> usize {
        view.members.iter().filter_map(|m| m.fields.get(name)).map(|register| register.heads.len()).sum()
    };
    // Values stand side by side only where a field has several heads: in most records no field has.
    let several = view.members.len() > 1 || view.members.iter().any(|m| m.fields.values().any(|r| r.heads.len() > 1));
    let names = if several { view.field_names() } else { BTreeSet::new() };
    let holds = |name: &str| view.field(name, policy_of(kind, name)).is_some_and(|f| f.value.is_some());
    let at_odds = |name: &&str| view.field(name, policy_of(kind, name)).is_some_and(|f| !f.at_odds.is_empty());
    RowFlags {
        disagreement: names.iter().filter(|n| heads(n) > 1).any(at_odds) || instances_at_odds(view),
        edited_after_deletion: view.is_edited_after_deletion(),
        overtaken: !view.overtaken().is_empty(),
        unconfirmed_address: is_unconfirmed(view, kind),
        typed: is_reviewed(kind) && view.members.iter().any(|m| !m.edits.is_empty()),
        ended: kind == Kind::Household.name() && holds(household::ENDED),
        more_heads: names.iter().any(|n| heads(n) > limits::HEADS_ATTENTION),
    }
}

fn is_reviewed(kind: &str) -> bool {
    Kind::from_name(kind).is_some_and(|kind| review::REVIEWED.contains(&kind))
}

/// Whether a record is an address that nobody looked at.
fn is_unconfirmed(view: &GroupView<'_>, kind: &str) -> bool {
    let state = || view.field(address::STATE, policy_of(kind, address::STATE))?.value?.as_text();
    kind == Kind::Address.name() && state() == Some(address::UNCONFIRMED)
}

fn instances_at_odds(view: &GroupView<'_>) -> bool {
    view.instances().values().any(|instances| {
        let names: BTreeSet<&String> = instances.iter().flat_map(|i| i.fields.keys()).collect();
        let shown = |name: &&String| instance_field(instances, name, crate::view::Policy::Review);
        names.iter().filter_map(shown).any(|f| !f.at_odds.is_empty())
    })
}

/// Full text and spellings of every head and element that search may use.
fn search(kind: Kind, view: &GroupView<'_>) -> (String, String) {
    let table = kind.table();
    let (mut lines, mut spellings) = (Vec::new(), Vec::new());
    let mut take = |field: &Field, value: &Value| {
        let Some(text) = plain_text(field.shape, value).filter(|_| field.search != SearchUse::None) else { return };
        push_once(&mut lines, search_key::normalize(&text));
        if field.search == SearchUse::Name {
            push_once(&mut spellings, search_key::pinyin_keys(&text));
        }
    };
    for field in table.fields {
        for member in &view.members {
            let heads = member.fields.get(field.name).into_iter().flat_map(|r| &r.heads);
            // A child is not found by what was sensitive on the day of writing.
            let open = |day| !field.of_children || !sensitive_in(table, [*member], day).iter().any(|f| f.of_children);
            let found = heads.filter(|head| open(head.tag.effective.china_day()));
            for value in found.filter_map(|head| head.value.as_ref()) {
                take(field, value);
            }
        }
    }
    for set in table.sets {
        for element in view.set(set.name) {
            take(set, element);
        }
    }
    (lines.join("\n"), spellings.join(" "))
}

fn push_once(list: &mut Vec<String>, text: String) {
    if !text.is_empty() && !list.contains(&text) {
        list.push(text);
    }
}

fn sort(kind: Kind, view: &GroupView<'_>, title: &str) -> String {
    let table = kind.table();
    let shown = |name: &str| field_text(view, table.field(name)?);
    match table.sort {
        SortBy::Natural(names) => {
            let keys: Vec<_> = names.iter().map(|n| search_key::natural_key(&shown(n).unwrap_or_default())).collect();
            keys.join("\u{1}")
        }
        SortBy::Pinyin(name) => search_key::pinyin_sort_key(&shown(name).unwrap_or_else(|| title.to_owned())),
        SortBy::Soonest => visit_plan::sort_key(view),
        SortBy::Newest(name) => newest_first(kind, view, name),
        SortBy::NewestIn(within, name) => {
            let of = view.field(within, policy_of(kind.name(), within)).and_then(|f| f.value?.as_id());
            sort_within(of.unwrap_or_default()) + &newest_first(kind, view, name)
        }
    }
}

fn newest_first(kind: Kind, view: &GroupView<'_>, name: &str) -> String {
    let moment = view.field(name, policy_of(kind.name(), name)).and_then(|f| f.value?.as_int());
    sort_of_moment(Timestamp(moment.unwrap_or_else(|| view.shown.made_at().0)))
}

/// The sort text of a moment in lists that show the newest first.
pub fn sort_of_moment(at: Timestamp) -> String {
    format!("{:020}", i128::from(i64::MAX) - i128::from(at.0))
}

/// What the sort texts of all rows within a record begin with, in lists that are sorted by a reference first.
pub fn sort_within(record: RecordId) -> String {
    format!("{record} ")
}

/// The record that a row's sort text is within.
pub fn within_of_sort(sort: &str) -> Option<RecordId> {
    sort.split_once(' ')?.0.parse().ok()
}

/// The moment by which a row of a list that shows the newest first is sorted.
pub fn moment_of_sort(sort: &str) -> Option<Timestamp> {
    let below: i128 = sort.rsplit(' ').next()?.parse().ok()?;
    i64::try_from(i128::from(i64::MAX) - below).ok().map(Timestamp)
}

#[cfg(test)]
mod tests;
