//! Case classes on a phone: what a case can be about, by when it is due, and whom rules propose.
//!
//! Owns the way from a unit to the rule tables that this phone holds for it. Refuses to read rows and to reckon: the model
//! does. Invariant: nothing here needs a network.

use super::{Reader, shown};
use gridwalk_model::case_class::{CaseClass, ClassRef};
use gridwalk_model::dispatch_rule::{Place, Proposal, RuleLayer, RuledUnit, Target, propose};
use gridwalk_model::kind::Kind;
use gridwalk_model::kind::rule_table::RuleTable;
use gridwalk_model::rule_book::RuleBook;
use gridwalk_model::rule_table::AreaType;
use gridwalk_model::unit_code::{Level, UnitCode};
use gridwalk_model::view::Held as _;
use gridwalk_model::work_time::{Deadline, Limit, Pauses, Unending};
use gridwalk_model::{RecordId, Timestamp, UnitId, limits};
use gridwalk_store::{RowFilter, StoreError, ViewRow};

/// A class as it holds at a unit.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct ClassView {
    /// The class.
    #[serde(flatten)]
    pub class: CaseClass,
    /// Of which type the area of the unit is, if somebody said so.
    pub area: Option<AreaType>,
    /// The limit in that area.
    pub limit: Limit,
}

/// Whom rules propose for a class at a place.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct ProposalView {
    /// The class.
    #[serde(flatten)]
    pub class: ClassView,
    /// What is proposed, by which row, and which rows were passed over.
    pub proposal: Proposal,
    /// Name of the unit that is proposed.
    pub unit_name: Option<String>,
    /// The table of the row, in the words of whoever brought it in; none for the rules that ship.
    pub table: Option<String>,
}

impl Reader<'_> {
    /// All rule tables that this phone holds.
    pub fn rule_book(&self) -> Result<RuleBook, StoreError> {
        let mut tables = Vec::new();
        for row in self.each_row(RowFilter::kind(Kind::RuleTable.name())) {
            let predicted = self.store.predicted(row?.record, self.actor.now)?;
            tables.extend(RuleTable::of(&predicted.state));
        }
        Ok(RuleBook::new(tables))
    }

    /// Where a unit lies, as rules see it: itself and those above.
    pub fn ruled_place(&self, unit: UnitId) -> Result<Place, StoreError> {
        let (mut place, mut at) = (Place::default(), Some(unit.record()));
        while let Some(record) = at.filter(|_| place.units.len() < limits::UNIT_DEPTH_MAX) {
            let Some(row) = self.store.row(record)? else { break };
            at = row.parent;
            place.units.push(self.ruled_unit(&row)?);
        }
        Ok(place)
    }

    fn ruled_unit(&self, row: &ViewRow) -> Result<RuledUnit, StoreError> {
        let loaded = self.load([row.record])?;
        let mut codes: Vec<UnitCode> = UnitCode::parse(&row.subtitle).into_iter().collect();
        let former = loaded.state(row.record).and_then(|state| state.sets.get("former_codes"));
        let former = former.into_iter().flat_map(|set| set.elements());
        codes.extend(former.filter_map(|code| UnitCode::parse(code.as_text()?).ok()));
        let level = shown(&loaded, row.record).and_then(|view| {
            let level = view.value("level")?.as_text()?.to_owned();
            Level::from_name(&level)
        });
        let (id, name, above) = (row.record.unit(), row.title.clone(), row.parent.map(RecordId::unit));
        Ok(RuledUnit { id, level, name, codes, above })
    }

    /// The classes at a unit that a search finds, or all of them.
    pub fn classes(&self, unit: Option<UnitId>, query: Option<&str>) -> Result<Vec<ClassView>, StoreError> {
        let (book, place) = (self.rule_book()?, self.place_or_none(unit)?);
        let units: Vec<UnitId> = place.units.iter().map(|unit| unit.id).collect();
        let classes = book.classes(&units, self.actor.today());
        let area = book.area(&place, self.actor.today());
        let found: Vec<&CaseClass> = match query {
            Some(query) => classes.find(query),
            None => classes.all().collect(),
        };
        Ok(found.into_iter().map(|class| ClassView { class: class.clone(), area, limit: class.limit(area) }).collect())
    }

    /// The class of a name at a unit, also one by which no new case is filed.
    pub fn class(&self, of: &ClassRef, unit: Option<UnitId>) -> Result<Option<ClassView>, StoreError> {
        let (book, place) = (self.rule_book()?, self.place_or_none(unit)?);
        let units: Vec<UnitId> = place.units.iter().map(|unit| unit.id).collect();
        let area = book.area(&place, self.actor.today());
        let classes = book.classes(&units, self.actor.today());
        let class = classes.class(of).cloned();
        Ok(class.map(|class| ClassView { limit: class.limit(area), class, area }))
    }

    fn place_or_none(&self, unit: Option<UnitId>) -> Result<Place, StoreError> {
        unit.map_or_else(|| Ok(Place::default()), |unit| self.ruled_place(unit))
    }

    /// Whom rules propose for a class at a unit; a person decides.
    pub fn proposed(&self, of: &ClassRef, unit: UnitId) -> Result<Option<ProposalView>, StoreError> {
        let Some(class) = self.class(of, Some(unit))? else { return Ok(None) };
        let (book, place) = (self.rule_book()?, self.ruled_place(unit)?);
        let units: Vec<UnitId> = place.units.iter().map(|unit| unit.id).collect();
        let layers = book.dispatch_rules(&units, self.actor.today());
        let known = self.known_to_rules(&layers, &place)?;
        let proposal = propose(&layers, &class.class, &place, class.area, &known);
        let unit_name = proposal.unit.map(|unit| self.unit_name(unit)).transpose()?.flatten();
        let by = proposal.by().and_then(|row| row.table);
        let table = book.tables().iter().find(|table| Some(table.record) == by).map(|table| table.edition.clone());
        Ok(Some(ProposalView { class, proposal, unit_name, table }))
    }

    /// Units that rules may come to beside those above the place: departments there, and units that a row names by code.
    fn known_to_rules(&self, layers: &[RuleLayer], place: &Place) -> Result<Vec<RuledUnit>, StoreError> {
        let mut known = Vec::new();
        for unit in &place.units {
            let kind = Some(Kind::Unit.name().to_owned());
            for row in self.store.rows(&RowFilter { kind, ..RowFilter::children(unit.id.record()) })? {
                if UnitCode::parse(&row.subtitle).is_ok_and(|code| code.level() == Some(Level::Department)) {
                    known.push(self.ruled_unit(&row)?);
                }
            }
        }
        let named = layers.iter().flat_map(|layer| &layer.rules).filter_map(|(_, rule)| match &rule.propose {
            Target::Unit(code) => Some(code),
            _ => None,
        });
        for code in named {
            if known.iter().chain(&place.units).any(|unit| unit.codes.contains(code)) {
                continue;
            }
            for line in self.search(&code.to_string(), &[Kind::Unit.name()], limits::CHOICES_MAX)?.rows {
                if let Some(row) = self.store.row(line.record)? {
                    known.extend(Some(self.ruled_unit(&row)?).filter(|unit| unit.codes.contains(code)));
                }
            }
        }
        Ok(known)
    }

    /// When something is due at an office that started then.
    pub fn due_at(
        &self,
        limit: Limit,
        from: Timestamp,
        office: Option<UnitId>,
        pauses: &Pauses,
    ) -> Result<Result<Deadline, Unending>, StoreError> {
        let (book, place) = (self.rule_book()?, self.place_or_none(office)?);
        let units: Vec<UnitId> = place.units.iter().map(|unit| unit.id).collect();
        Ok(Deadline::of(limit, from, book.office(&units).office(), pauses))
    }
}
