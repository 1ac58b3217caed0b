//! What holds of a node: its type, and when it is asked, needed, right, fixed or reckoned.
//!
//! Owns the attributes of the element `bind` of the ODK XForms specification. Refuses to know what an expression means.
//! Invariant: an attribute that this edition has no field for is kept as it is.

use super::Attribute;
use minicbor::{Decode, Encode};

/// A message of a bind: words for all languages, or the id of a text that differs by language.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Message {
    /// The words.
    #[n(0)]
    Plain(#[n(0)] String),
    /// The id of an entry of the itext.
    #[n(1)]
    Itext(#[n(0)] String),
}

/// What holds of a node. Expressions are XPath, with paths in the place of `${name}`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub struct Bind {
    /// The type as written: `string`, `int`, `odk:rank`, …
    #[n(0)]
    pub data_type: Option<String>,
    /// Asked only while this is true; children of a node that is not asked are not asked either.
    #[n(1)]
    pub relevant: Option<String>,
    /// An answer is needed while this is true.
    #[n(2)]
    pub required: Option<String>,
    /// What to say while the needed answer is missing.
    #[n(3)]
    pub required_message: Option<Message>,
    /// An answer is right while this is true.
    #[n(4)]
    pub constraint: Option<String>,
    /// What to say while the answer is not right.
    #[n(5)]
    pub constraint_message: Option<Message>,
    /// A person may not change the answer while this is true.
    #[n(6)]
    pub readonly: Option<String>,
    /// The answer is reckoned from others.
    #[n(7)]
    pub calculate: Option<String>,
    /// What the client fills in by itself (`jr:preload`).
    #[n(8)]
    pub preload: Option<String>,
    /// Of which kind (`jr:preloadParams`).
    #[n(9)]
    pub preload_params: Option<String>,
    /// The property of the entity that the answer is saved to (`entities:saveto`).
    #[n(10)]
    pub save_to: Option<String>,
    /// All other attributes, with their prefixes, in order.
    #[n(11)]
    pub others: Vec<Attribute>,
}
