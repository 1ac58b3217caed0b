//! Texts: words with values in between, in as many languages as the author wrote.
//!
//! Owns languages, forms (`guidance`, `image`, `audio`, …) and outputs. Refuses to choose a language: who shows a text
//! does. Invariant: ids are unique, and a value names a language of the table.

use minicbor::{Decode, Encode};

/// A piece of a text.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Part {
    /// Words.
    #[n(0)]
    Plain(#[n(0)] String),
    /// The value of an expression, as `${name}` in a label becomes one.
    #[n(1)]
    Output(#[n(0)] String),
}

/// A label or a hint as it stands at a control or an item.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub struct Text {
    /// The id of an entry of the itext (`ref="jr:itext('…')"`).
    #[n(0)]
    pub itext: Option<String>,
    /// Any other reference, as an expression (`ref="/data/q"`).
    #[n(1)]
    pub reference: Option<String>,
    /// The words that stand there.
    #[n(2)]
    pub parts: Vec<Part>,
}

/// A language as its author named it, like `English (en)`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub struct Language {
    /// The name.
    #[n(0)]
    pub name: String,
    /// Whether the form begins in it.
    #[n(1)]
    pub default: bool,
}

/// One value of an entry: the words, or the address of a picture or a sound, in one language.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub struct TextValue {
    /// The index of the language.
    #[n(0)]
    pub language: u16,
    /// The form: none for the words themselves, else `guidance`, `short`, `image`, `big-image`, `audio`, `video`.
    #[n(1)]
    pub form: Option<String>,
    /// The words, or an address like `jr://images/a.png`.
    #[n(2)]
    pub parts: Vec<Part>,
}

/// A text that differs by language.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub struct TextEntry {
    /// The id, like `/data/name:label` or `list-0`.
    #[n(0)]
    pub id: String,
    /// The values; a language without any is one to fall back from.
    #[n(1)]
    pub values: Vec<TextValue>,
}

/// All texts that differ by language.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub struct Itext {
    /// The languages, in the author's order.
    #[n(0)]
    pub languages: Vec<Language>,
    /// The entries, in the order in which the first language names them.
    #[n(1)]
    pub entries: Vec<TextEntry>,
}
