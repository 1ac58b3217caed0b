//! The plan of a form: a slot for each node of its definition, with expressions compiled.
//!
//! Owns where a slot's node stands in a block: the nodes of a repeat's copy, or of the whole form, without those of
//! repeats in it, are made one after another. Refuses to hold answers. Invariant: a slot's node is its block's first
//! node and the slot's offset away.

use crate::definition::NodeKind;
use crate::tree::NameId;

/// The type of an answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DataType {
    /// Text, or anything else that is kept as it is.
    #[default]
    Text,
    /// A whole number.
    Whole,
    /// A number.
    Decimal,
    /// A date.
    Date,
    /// A point.
    Point,
    /// Points of a way that does not end where it began.
    Trace,
    /// Points round an area; the last is the first.
    Shape,
}

impl DataType {
    /// The type of a bind's `type`.
    pub fn of(written: Option<&str>) -> DataType {
        let written = written.unwrap_or("");
        match written.rsplit(':').next().unwrap_or("") {
            "int" | "integer" => DataType::Whole,
            "decimal" => DataType::Decimal,
            "date" => DataType::Date,
            "geopoint" => DataType::Point,
            "geotrace" => DataType::Trace,
            "geoshape" => DataType::Shape,
            _ => DataType::Text,
        }
    }
}

/// How many choices an answer takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Picks {
    /// None: it is typed.
    #[default]
    None,
    /// One.
    One,
    /// Any number, with spaces between them.
    Many,
}

/// The index of a compiled expression.
pub type ExprId = u32;

/// What can be reckoned at a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum What {
    /// Whether it is asked.
    Relevant,
    /// How many copies there are.
    Count,
    /// What it is.
    Calculate,
    /// Which choices there are.
    Items,
    /// What an action of the form writes, by its index.
    Action(u16),
    /// Whether it is needed.
    Required,
    /// Whether a person may change it.
    Readonly,
    /// Whether it is right.
    Constraint,
}

impl What {
    /// Whether it can change values, so that it comes before what only judges them.
    pub fn moves_values(self) -> bool {
        !matches!(self, What::Required | What::Readonly | What::Constraint)
    }
}

/// A place in the form.
#[derive(Clone, Debug, Default)]
pub struct Slot {
    pub parent: Option<u32>,
    pub kind: NodeKind,
    pub children: Vec<u32>,
    /// Whether it has elements below it, so that it holds no answer.
    pub is_group: bool,
    pub is_repeat: bool,
    /// The innermost repeat that it is, or stands in.
    pub repeat: Option<u32>,
    /// How far its node is from the first of its block.
    pub offset: u32,
    pub name: Option<NameId>,
    pub data_type: DataType,
    pub relevant: Option<ExprId>,
    pub required: Option<ExprId>,
    pub readonly: Option<ExprId>,
    pub constraint: Option<ExprId>,
    pub calculate: Option<ExprId>,
    pub count: Option<ExprId>,
    pub items: Option<u32>,
    pub picks: Picks,
    /// Whether it is asked by what is only answered while it is asked.
    pub asks_itself: bool,
    /// Its rank: what it depends on has a lower one.
    pub rank: u32,
}

impl Slot {
    /// The expression by which something is reckoned.
    pub fn expr(&self, what: What) -> Option<ExprId> {
        match what {
            What::Relevant => self.relevant,
            What::Count => self.count,
            What::Calculate => self.calculate,
            What::Required => self.required,
            What::Readonly => self.readonly,
            What::Constraint => self.constraint,
            What::Items | What::Action(_) => None,
        }
    }

    /// What can be reckoned at it.
    pub fn whats(&self) -> impl Iterator<Item = What> + '_ {
        let all = [What::Relevant, What::Count, What::Calculate, What::Required, What::Readonly, What::Constraint];
        all.into_iter().filter(|what| self.expr(*what).is_some()).chain(self.items.map(|_| What::Items))
    }
}
