//! Instances beside the primary one: lists of choices, files that come with the form, the last saved record.
//!
//! Owns rows as a table, since a list of 50,000 choices is one. Refuses to fetch what stands elsewhere. Invariant: a row
//! has no more cells than the table has columns.

use minicbor::{Decode, Encode};

/// An instance beside the primary one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub struct Instance {
    /// The id by which `instance('…')` finds it.
    #[n(0)]
    pub id: String,
    /// Where its content stands.
    #[n(1)]
    pub source: Source,
}

/// The content of an instance.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Source {
    /// Rows: `<root>` with an `<item>` for each.
    #[n(0)]
    Items(#[n(0)] ItemTable),
    /// Any other XML, from its root element.
    #[n(1)]
    Xml(#[n(0)] XmlElement),
    /// Something that comes with the form: `jr://file-csv/fruits.csv`, `jr://instance/last-saved`.
    #[n(2)]
    External(#[n(0)] String),
}

impl Default for Source {
    fn default() -> Source {
        Source::Items(ItemTable::default())
    }
}

/// A list as a table. `/data/item[name='a']/label` is the cell of column `label` in the row whose `name` is `a`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub struct ItemTable {
    /// The names of the elements in an item, each once.
    #[n(0)]
    pub columns: Vec<String>,
    /// The rows: for each column its text, or nothing where the item has no such element. Missing cells at the end of
    /// a row are left out.
    #[n(1)]
    pub rows: Vec<Vec<Option<String>>>,
}

impl ItemTable {
    /// The place of a column.
    pub fn column(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column == name)
    }

    /// The text of a cell, if the item has it.
    pub fn cell(&self, row: usize, column: usize) -> Option<&str> {
        self.rows.get(row)?.get(column)?.as_deref()
    }
}

/// An element of an instance that is not a list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub struct XmlElement {
    /// The name, with its prefix if it has one.
    #[n(0)]
    pub name: String,
    /// Its attributes: names and values.
    #[n(1)]
    pub attributes: Vec<(String, String)>,
    /// Its text, if it has no elements.
    #[n(2)]
    pub text: String,
    /// Its elements, in order.
    #[n(3)]
    pub children: Vec<XmlElement>,
}
