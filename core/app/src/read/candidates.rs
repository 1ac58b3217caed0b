//! Candidates: records of this phone that may be what somebody is about to add.
//!
//! Owns how they are looked for: by what the kind's search knows, then compared by their prints, and in the same place. Refuses to decide: a
//! person does, and may link them later. Invariant: no record is its own candidate, and nothing leaves the phone.

use super::Reader;
use super::row_line::RowLine;
use gridwalk_model::civil_date::CivilDate;
use gridwalk_model::coverage;
use gridwalk_model::duplicate::{self, Match, Print, Subject, TenantKey, compare, prints};
use gridwalk_model::kind::{Kind, PARENT, Shape};
use gridwalk_model::value::Value;
use gridwalk_model::view::{Held, Policy, show};
use gridwalk_model::{RecordId, State, UnitCode, limits};
use gridwalk_store::{RowFilter, StoreError, ViewRow};
use std::collections::{BTreeMap, BTreeSet};

/// A record that may be the same thing.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Candidate {
    /// The record.
    #[serde(flatten)]
    pub row: RowLine,
    /// How likely it is the same, per cent.
    pub score: u32,
    /// The same as a code.
    pub likeness: &'static str,
    /// Codes of what agrees.
    pub agreed: Vec<&'static str>,
    /// Codes of what both have and what differs.
    pub differed: Vec<&'static str>,
}

impl Candidate {
    /// A row with what it has in common.
    pub(super) fn of(row: RowLine, found: &Match) -> Self {
        Self {
            row,
            score: found.score,
            likeness: found.likeness.likeness_code(),
            agreed: found.agreed.iter().map(|t| t.code()).collect(),
            differed: found.differed.iter().map(|t| t.code()).collect(),
        }
    }
}

/// The unit of all prints: what is compared here is in one person's reach anyway.
const HERE: &str = "110101001001";
/// Prints of one phone are compared on this phone only, so that their key guards nothing.
const LOCAL: TenantKey = TenantKey::new([0; 32]);

impl Reader<'_> {
    /// Records of the kind that may be what these fields describe, the most alike first; never `but`.
    pub fn candidates(
        &self,
        kind: Kind,
        fields: &BTreeMap<String, Value>,
        but: Option<RecordId>,
    ) -> Result<Vec<Candidate>, StoreError> {
        let Ok(unit) = UnitCode::parse(HERE) else { return Ok(Vec::new()) };
        let mine = of_fields(kind, &unit, |name| fields.get(name).cloned());
        let mut looked_at = BTreeSet::new();
        let mut list = Vec::new();
        for text in if mine.is_empty() { Vec::new() } else { looked_for(kind, fields) } {
            for row in self.found_by(kind, &text)? {
                if Some(row.record) == but || !looked_at.insert(row.record) {
                    continue;
                }
                let loaded = self.load([row.record])?;
                let value = |name: &str| loaded.state(row.record)?.value(name).cloned();
                // Places of two campaigns are never one.
                if kind == Kind::Target && fields.get(PARENT).is_some_and(|list| value(PARENT).as_ref() != Some(list)) {
                    continue;
                }
                let Some(found) = compare(&mine, &of_fields(kind, &unit, value)) else { continue };
                list.push(Candidate::of(row.into(), &found));
            }
        }
        for sibling in self.siblings(kind, fields, but)? {
            match list.iter_mut().find(|known| known.row.record == sibling.row.record) {
                Some(known) if known.score >= sibling.score => {}
                Some(known) => *known = sibling,
                None => list.push(sibling),
            }
        }
        list.sort_by(|a, b| (b.score, a.row.record).cmp(&(a.score, b.row.record)));
        Ok(list)
    }

    /// Rows of the kind that this text finds; facilities by their code in whatever spelling.
    fn found_by(&self, kind: Kind, text: &str) -> Result<Vec<ViewRow>, StoreError> {
        if kind != Kind::Facility {
            return self.store.search(text, &[kind.name()], limits::CANDIDATES_MAX);
        }
        let Some(code) = duplicate::bare(text) else { return Ok(Vec::new()) };
        let ends = |row: &ViewRow| duplicate::bare(&row.subtitle).is_some_and(|s| s.ends_with(&code));
        let rows = self.each_row(RowFilter::kind(kind.name()));
        rows.filter(|row| row.as_ref().map_or(true, ends)).take(limits::CANDIDATES_MAX as usize).collect()
    }

    /// The same for a record that is here already.
    pub fn candidates_of(&self, record: RecordId) -> Result<Vec<Candidate>, StoreError> {
        let loaded = self.load([record])?;
        let Some(state) = loaded.state(record) else { return Ok(Vec::new()) };
        let Some(kind) = Kind::from_name(state.kind()) else { return Ok(Vec::new()) };
        let shown = |(name, register): (&String, &gridwalk_model::state::Register)| {
            Some((name.clone(), show(&register.heads, Policy::Review)?.value?.clone()))
        };
        let fields = state.fields.iter().filter_map(shown).collect();
        let group = self.store.members(record)?;
        let mut list = self.candidates(kind, &fields, Some(record))?;
        list.retain(|c| !group.contains(&c.row.record));
        let mut open = Vec::new();
        for candidate in list {
            if !self.is_settled(record, candidate.row.record)? {
                open.push(candidate);
            }
        }
        Ok(open)
    }
}

/// The texts by which a record like this one would be found: names whole or without their ends, numbers whole.
fn looked_for(kind: Kind, fields: &BTreeMap<String, Value>) -> Vec<String> {
    let table = kind.table();
    let mut texts = Vec::new();
    for (name, value) in fields {
        let Some((shape, text)) = table.field(name).map(|f| f.shape).zip(value.as_text()) else { continue };
        // A facility is found by its code alone.
        if kind == Kind::Facility && name != "code" {
            continue;
        }
        match shape {
            Shape::IdNumber | Shape::Uscc | Shape::Phone => texts.push(text.to_owned()),
            Shape::Text { .. } if (kind, name.as_str()) == (Kind::Facility, "code") => texts.push(text.to_owned()),
            Shape::Text { .. } if table.title.contains(&name.as_str()) => {
                // The stem: what is left without a town in front or a kind of thing behind, so that both spellings meet.
                let letters: Vec<char> = text.chars().collect();
                texts.push(text.to_owned());
                if letters.len() > 3 {
                    texts.push(letters[..3].iter().collect());
                }
            }
            _ => {}
        }
    }
    texts
}

/// The prints of a record as it is shown, for comparison on this phone.
pub(super) fn prints_of(state: &State) -> Vec<Print> {
    let Some((kind, unit)) = Kind::from_name(state.kind()).zip(UnitCode::parse(HERE).ok()) else { return Vec::new() };
    of_fields(kind, &unit, |name| state.value(name).cloned())
}

/// The prints of what is known about a record.
fn of_fields(kind: Kind, unit: &UnitCode, value: impl Fn(&str) -> Option<Value>) -> Vec<Print> {
    let text = |name: &str| value(name).and_then(|v| v.as_text().map(str::to_owned));
    let (name, phone) = (text("name"), text("phone").or_else(|| text("contact_phone")));
    match kind {
        Kind::Resident => {
            let birth = value("birth").and_then(|v| v.as_int()).and_then(CivilDate::from_days);
            let id_number = text("id_number");
            let (id_number, name, phone) = (id_number.as_deref(), name.as_deref(), phone.as_deref());
            prints(&LOCAL, Subject::Resident { id_number, name, birth, phone })
        }
        Kind::Organisation | Kind::Premises => {
            let uscc = text("uscc");
            let (uscc, name, phone) = (uscc.as_deref(), name.as_deref(), phone.as_deref());
            prints(&LOCAL, Subject::Organisation { uscc, name, phone })
        }
        Kind::Estate => name.map_or_else(Vec::new, |name| prints(&LOCAL, Subject::Estate { name: &name, unit })),
        Kind::Facility => match (text("kind"), text("code")) {
            (Some(kind), Some(code)) => prints(&LOCAL, Subject::Facility { kind: &kind, code: &code }),
            _ => Vec::new(),
        },
        Kind::Address => text("text").map_or_else(Vec::new, |a| prints(&LOCAL, Subject::Place { address: &a, unit })),
        Kind::Building => {
            let address = text("address").or(name);
            address.map_or_else(Vec::new, |a| prints(&LOCAL, Subject::Place { address: &a, unit }))
        }
        Kind::Target => text("label").map_or_else(Vec::new, |label| of_target(&label, text("building_name"), unit)),
        _ => Vec::new(),
    }
}

/// The prints of a place of a campaign's list: a door by its address, all else by its name.
fn of_target(label: &str, building: Option<String>, unit: &UnitCode) -> Vec<Print> {
    if coverage::door_key(label, building.is_some()).is_none() {
        return prints(&LOCAL, Subject::Organisation { uscc: None, name: Some(label), phone: None });
    }
    let address = format!("{}{label}", building.unwrap_or_default());
    prints(&LOCAL, Subject::Place { address: &address, unit })
}
