//! Do an item of the work list at a place, or for a grid where the item names no single place. A fact that the register
//! keeps is written there, in the same save, so that nobody types it twice.

use super::{Actor, Blank, Decision, Edits, Opened};
use crate::basis::Basis;
use crate::id::RecordId;
use crate::kind::work_item::WorkItem;
use crate::kind::{Kind, PARENT, Shape, UNIT, work_done};
use crate::rejection::Rejection;
use crate::row::plain_text;
use crate::time::Timestamp;
use crate::unit_code::Level;
use crate::value::Value;
use crate::view::{GroupView, Held};

/// An item that was done.
#[derive(Debug, Clone, PartialEq)]
pub struct DoWork {
    /// The id that the record of it is to have.
    pub record: RecordId,
    /// The item.
    pub item: RecordId,
    /// What stood on the screen of the place, or of the grid.
    pub basis: Basis,
    /// When; the actor's now if nothing is said.
    pub at: Option<Timestamp>,
    /// The fact, in the shape of the register's field where there is one, else text.
    pub value: Option<Value>,
    /// A note.
    pub note: Option<String>,
}

impl DoWork {
    pub(super) fn decide(&self, held: &impl Held, actor: &Actor) -> Result<Decision, Rejection> {
        let blank = Blank::of(held, self.record, Kind::WorkDone)?;
        let state = held.state(self.item).ok_or(Rejection::UnknownRecord)?;
        if state.kind() != Kind::WorkItem.name() {
            return Err(Rejection::WrongKind { wanted: Kind::WorkItem.name() });
        }
        let item = WorkItem::of(&GroupView::alone(state));
        let at = self.at.unwrap_or(actor.now);
        if at > actor.now {
            return Err(Rejection::NotYet { field: work_done::AT });
        }
        if !item.is_in_force(at.china_day()) {
            return Err(Rejection::NotInForce);
        }
        let place = Opened::of(held, self.basis.record, &self.basis)?;
        if place.table.kind.name() != item.target || !is_target(&place) {
            return Err(Rejection::WrongParent { kind: place.table.kind.name().to_owned() });
        }
        if item.sort == "visit" {
            return Err(Rejection::WrongKind { wanted: Kind::Visit.name() });
        }
        if item.sort == "fact" && self.value.is_none() {
            return Err(Rejection::MissingField { field: work_done::VALUE });
        }
        let kept_in = item.kept_in(place.table.kind);
        let mut edits = Edits::none().put(work_done::ITEM, self.item).put(work_done::AT, at.0);
        edits = edits.put("title", item.title.as_str());
        let texts = [(work_done::FACT, item.fact.clone()), ("note", self.note.clone())];
        for (field, text) in texts {
            edits = text.map_or(edits.clone(), |text| edits.put(field, text));
        }
        let mut more = Vec::new();
        if let Some(value) = &self.value {
            let shape = kept_in.map_or(Shape::Text { chars_max: 500 }, |f| f.shape);
            edits = edits.put(work_done::VALUE, as_text(shape, value));
            if let Some(field) = kept_in {
                let is_set = place.table.set(field.name).is_some();
                let none = Edits::none();
                let written =
                    if is_set { none.add(field.name, value.clone()) } else { none.put(field.name, value.clone()) };
                let wishes = written.wishes(place.table, actor.roles, |field, value| place.is_news(field, value))?;
                more.extend((!wishes.is_empty()).then(|| place.write(wishes)));
            }
        }
        let home = if place.table.kind == Kind::Unit { UNIT } else { PARENT };
        let first = blank.write(place.unit, Some((home, self.basis.record)), &edits, actor)?;
        Ok(Decision { first, more })
    }
}

/// Whether work is done there: of units only in grids.
fn is_target(place: &Opened<'_>) -> bool {
    let level = || place.state.value("level")?.as_text();
    place.table.kind != Kind::Unit || level() == Some(Level::Grid.name())
}

/// A fact as it stands on the record of the work: yes and no as codes, numbers as digits.
fn as_text(shape: Shape, value: &Value) -> String {
    match value {
        Value::Bool(yes) => if *yes { "yes" } else { "no" }.to_owned(),
        value => {
            plain_text(shape, value).or_else(|| value.as_int().map(|number| number.to_string())).unwrap_or_default()
        }
    }
}
