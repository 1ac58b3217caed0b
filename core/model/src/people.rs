//! People whom a state names: who wrote what stands in it, and whose account a field of it holds.
//!
//! Owns that one list, for both ends: a phone asks the names of these, and the server tells no other. Refuses to know
//! names. Invariant: whoever may be given a state learns of nobody else through it.

use crate::id::AccountId;
use crate::kind::{Confirmation, Kind, Shape};
use crate::state::{Register, State, Tag};
use crate::value::Value;

impl State {
    /// Everybody whom the state names, each once, in order.
    pub fn people(&self) -> Vec<AccountId> {
        let mut found = Found::default();
        self.edits.iter().for_each(|edit| found.tag(&edit.tag));
        self.deletes.iter().for_each(|deletion| found.person(deletion.author));
        let inner = self.instances.values();
        inner.clone().flat_map(|i| &i.adds).for_each(|tag| found.tag(tag));
        let registers = self.fields.values().chain(inner.flat_map(|i| i.fields.values()));
        registers.flat_map(|r: &Register| &r.heads).for_each(|head| found.tag(&head.tag));
        for add in self.sets.values().flat_map(|set| &set.adds) {
            found.tag(&add.tag);
            if let Some(word) = Confirmation::from_value(&add.element) {
                found.person(word.by);
            }
        }
        self.steps.iter().for_each(|step| found.tag(&step.tag));
        if let Some(kind) = Kind::from_name(self.kind()) {
            self.named_by_values(kind, &mut found);
        }
        found.people.sort_unstable();
        found.people
    }

    /// Accounts that fields and answers hold.
    fn named_by_values(&self, kind: Kind, found: &mut Found) {
        for field in kind.table().fields.iter().filter(|f| f.shape == Shape::Account) {
            let heads = self.fields.get(field.name).into_iter().flat_map(|r| &r.heads);
            heads.filter_map(|head| head.value.as_ref()).for_each(|value| found.value(value));
        }
        for step in &self.steps {
            let asks = kind.steps().rows.iter().filter(|row| row.step == step.step).flat_map(|row| &row.asks);
            for ask in asks.filter(|ask| ask.shape == Shape::Account) {
                step.answers.get(ask.name).into_iter().for_each(|value| found.value(value));
            }
        }
    }
}

/// Those found so far: few, so that a list is looked through faster than a tree.
#[derive(Default)]
struct Found {
    people: Vec<AccountId>,
}

impl Found {
    fn tag(&mut self, tag: &Tag) {
        self.person(tag.author);
    }

    fn value(&mut self, value: &Value) {
        if let Some(id) = value.as_id() {
            self.person(AccountId(id.0));
        }
    }

    fn person(&mut self, person: AccountId) {
        if !self.people.contains(&person) {
            self.people.push(person);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::RecordId;
    use crate::journal::Outcome;
    use crate::name::Name;
    use crate::state::{Add, Head, ObservedSet, Step};
    use crate::time::Timestamp;
    use std::collections::BTreeMap;
    use std::sync::Arc;

    fn tag(author: u8) -> Arc<Tag> {
        let author = AccountId([author; 16]);
        Arc::new(Tag { effective: Timestamp(1), id: Name::default(), names: Vec::new(), author })
    }

    fn head(author: u8, value: Option<Value>) -> Register {
        Register { heads: vec![Head { tag: tag(author), value, replaced: None, gone: false }], early: Vec::new() }
    }

    #[test]
    fn authors_and_accounts_in_fields_and_nobody_else() {
        let id = |n: u8| Value::Id(RecordId([n; 16]));
        let word = Confirmation { at: Timestamp(1), by: AccountId([4; 16]) }.to_value();
        let state = State {
            kinds: vec!["handover".to_owned()],
            fields: [
                ("note".to_owned(), head(1, Some("x".into()))),
                ("from".to_owned(), head(1, Some(id(2)))),
                // A record is nobody.
                ("unit".to_owned(), head(1, Some(id(9)))),
            ]
            .into(),
            sets: [(
                "confirmed".to_owned(),
                ObservedSet { adds: vec![Add { tag: tag(3), index: 0, element: word }], early: Vec::new() },
            )]
            .into(),
            steps: vec![Step {
                tag: tag(5),
                step: "offer_handover".to_owned(),
                to: "offered".to_owned(),
                answers: BTreeMap::new(),
                outcome: Outcome::Applied,
            }],
            ..State::default()
        };
        assert_eq!(state.people(), [1, 2, 3, 4, 5].map(|n| AccountId([n; 16])));
    }
}
