//! The bytes of a definition: CBOR with integer keys, an edition before it.
//!
//! Owns the edition and what is looked at before a definition is believed. Refuses what a later edition wrote rather
//! than run half of a form. Invariant: what was decoded encodes to the same bytes.

use super::{Action, Control, FormDefinition, NodeId, Source};
use gridwalk_model::limits;
use minicbor::data::Token;

/// The edition that this program writes.
pub const EDITION: u16 = 1;

/// Why bytes are no definition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DefinitionFault {
    /// They are not what the codec writes.
    #[error("not a form definition")]
    Malformed,
    /// A later program wrote them.
    #[error("a form definition of a later edition")]
    Later,
    /// There are more of them than a definition may have.
    #[error("a form definition above the limit")]
    TooLarge,
    /// An index points at nothing.
    #[error("a form definition with a loose end")]
    LooseEnd,
}

impl From<minicbor::decode::Error> for DefinitionFault {
    fn from(_: minicbor::decode::Error) -> DefinitionFault {
        DefinitionFault::Malformed
    }
}

impl FormDefinition {
    /// The bytes that phones hold.
    pub fn encode(&self) -> Vec<u8> {
        // Writing to memory does not fail.
        minicbor::to_vec((EDITION, self)).unwrap_or_default()
    }

    /// Reads what `encode` wrote.
    pub fn decode(bytes: &[u8]) -> Result<FormDefinition, DefinitionFault> {
        if bytes.len() > limits::FORM_DEFINITION_BYTES_MAX {
            return Err(DefinitionFault::TooLarge);
        }
        if !is_shallow(bytes) {
            return Err(DefinitionFault::Malformed);
        }
        let mut decoder = minicbor::Decoder::new(bytes);
        if decoder.array()? != Some(2) {
            return Err(DefinitionFault::Malformed);
        }
        if decoder.u16()? > EDITION {
            return Err(DefinitionFault::Later);
        }
        let definition: FormDefinition = decoder.decode()?;
        if decoder.position() != bytes.len() {
            return Err(DefinitionFault::Malformed);
        }
        if definition.holds_together() { Ok(definition) } else { Err(DefinitionFault::LooseEnd) }
    }

    /// Whether every index points at something and every node comes after its parent.
    fn holds_together(&self) -> bool {
        let there = |id: NodeId| (id.0 as usize) < self.nodes.len();
        let parents = self.nodes.iter().enumerate().all(|(place, node)| match node.parent {
            None => place == 0,
            Some(parent) => (parent.0 as usize) < place,
        });
        let seeds = self.nodes.iter().filter_map(|node| node.repeat.as_ref()).flat_map(|repeat| &repeat.seeds);
        let languages = self.itext.languages.len();
        let values = self.itext.entries.iter().flat_map(|entry| &entry.values);
        let tables = self.instances.iter().all(|instance| match &instance.source {
            Source::Items(table) => table.rows.iter().all(|row| row.len() <= table.columns.len()),
            Source::Xml(_) | Source::External(_) => true,
        });
        let actions = |actions: &[Action]| actions.iter().all(|action| there(action.target));
        let mut open: Vec<&Control> = self.body.iter().collect();
        while let Some(control) = open.pop() {
            if !actions(&control.actions) || control.node.is_some_and(|id| !there(id)) {
                return false;
            }
            open.extend(&control.children);
        }
        parents
            && tables
            && actions(&self.actions)
            && seeds.into_iter().all(|seed| there(seed.node))
            && values.into_iter().all(|value| usize::from(value.language) < languages)
    }
}

/// Whether nothing nests so deep that reading it would need more stack than there is. A group is two arrays deep.
fn is_shallow(bytes: &[u8]) -> bool {
    let mut open: Vec<u64> = Vec::new();
    for token in minicbor::decode::Tokenizer::new(bytes) {
        let inside = match token {
            Ok(Token::Array(count)) => Some(count),
            Ok(Token::Map(count)) => Some(count.saturating_mul(2)),
            // The codec writes neither of these.
            Ok(Token::BeginArray | Token::BeginMap | Token::BeginBytes | Token::BeginString | Token::Tag(_))
            | Err(_) => {
                return false;
            }
            Ok(_) => None,
        };
        match inside {
            Some(count) if count > 0 => open.push(count),
            _ => {
                while let Some(last) = open.last_mut() {
                    *last -= 1;
                    if *last > 0 {
                        break;
                    }
                    open.pop();
                }
            }
        }
        if open.len() > 4 * limits::FORM_DEPTH_MAX {
            return false;
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::super::{Bind, ControlKind, Instance, ItemTable, Node, Part, Text};
    use super::*;

    fn small() -> FormDefinition {
        let node = |parent, name: &str| Node { parent, name: name.to_owned(), ..Node::default() };
        let bind = Bind { data_type: Some("string".to_owned()), ..Bind::default() };
        let name = Node { bind: Some(Box::new(bind)), ..node(Some(NodeId(0)), "name") };
        let label = Text { parts: vec![Part::Plain("姓名".to_owned())], ..Text::default() };
        let input = Control { node: Some(NodeId(1)), label: Some(label), ..Control::default() };
        let group = Control { kind: ControlKind::Group, children: vec![input], ..Control::default() };
        let table = ItemTable { columns: vec!["name".to_owned()], rows: vec![vec![Some("a".to_owned())]] };
        FormDefinition {
            title: "登记".to_owned(),
            id: "census".to_owned(),
            nodes: vec![node(None, "data"), name],
            body: vec![group],
            instances: vec![Instance { id: "list".to_owned(), source: Source::Items(table) }],
            ..FormDefinition::default()
        }
    }

    #[test]
    fn what_is_encoded_is_read_again() {
        let form = small();
        let bytes = form.encode();
        let read = FormDefinition::decode(&bytes);
        assert_eq!(read.as_ref(), Ok(&form));
        assert_eq!(read.map(|form| form.encode()), Ok(bytes));
        assert_eq!(form.find("/data/name"), Some(NodeId(1)));
        assert_eq!(form.path(NodeId(1)), "/data/name");
    }

    #[test]
    fn a_loose_end_a_later_edition_and_a_tail_are_refused() {
        let mut form = small();
        form.body[0].children[0].node = Some(NodeId(7));
        assert_eq!(FormDefinition::decode(&form.encode()), Err(DefinitionFault::LooseEnd));
        let mut later = small().encode();
        later[1] = 0x17;
        assert_eq!(FormDefinition::decode(&later), Err(DefinitionFault::Later));
        let mut tail = small().encode();
        tail.push(0);
        assert_eq!(FormDefinition::decode(&tail), Err(DefinitionFault::Malformed));
    }

    #[test]
    fn what_nests_too_deep_is_refused_before_it_is_read() {
        let deep = vec![0x81; 100_000];
        assert_eq!(FormDefinition::decode(&deep), Err(DefinitionFault::Malformed));
        let mut form = small();
        for _ in 0..limits::FORM_DEPTH_MAX {
            let group =
                Control { kind: ControlKind::Group, children: std::mem::take(&mut form.body), ..Control::default() };
            form.body = vec![group];
        }
        assert_eq!(FormDefinition::decode(&form.encode()), Ok(form));
    }
}
