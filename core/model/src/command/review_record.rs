//! Review a record: approve it as it stood on the screen, or return it with a comment on each field.
//!
//! A review is a record of its own below its subject; nothing is written to the subject, so that a review and an edit
//! typed at the same time take nothing from each other.

use super::{Actor, Decision, Edits, Opened, Write};
use crate::basis::Basis;
use crate::id::RecordId;
use crate::kind::review::{self, Comment};
use crate::kind::{Kind, PARENT};
use crate::rejection::Rejection;
use crate::review::{Sight, author, makers};
use crate::value::Value;
use crate::view::Held;
use crate::wish::Wish;
use std::collections::BTreeMap;

/// What somebody says of a record.
#[derive(Debug, Clone, PartialEq)]
pub struct ReviewRecord {
    /// The id that the review is to have.
    pub record: RecordId,
    /// What stood on the screen of the record under review.
    pub basis: Basis,
    /// The same of the other members of its same-as group.
    pub also: Vec<Basis>,
    /// What is said.
    pub verdict: Verdict,
    /// About the whole.
    pub note: Option<String>,
}

/// What a reviewer says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It is right.
    Approve,
    /// Its author corrects it; comments by field or set.
    Return(BTreeMap<String, String>),
}

impl ReviewRecord {
    pub(super) fn decide(&self, held: &impl Held, actor: &Actor) -> Result<Decision, Rejection> {
        let opened = Opened::all(held, self.basis.record, &self.basis, &self.also)?;
        let Some(front) = opened.first() else { return Err(Rejection::UnknownRecord) };
        if !review::REVIEWED.contains(&front.table.kind) {
            return Err(Rejection::WrongParent { kind: front.table.kind.name().to_owned() });
        }
        let members: Vec<_> = opened.iter().map(|o| o.state).collect();
        if members.iter().any(|m| author(m) == Some(actor.account)) {
            return Err(Rejection::OwnRecord);
        }
        let comments = self.comments(front)?;
        let mut to = makers(&members, comments.iter().map(|c| c.field.as_str()));
        if to.remove(&actor.account) && to.is_empty() {
            to = makers(&members, []);
        }
        let saw = Sight::of(&members).seen(|name| opened.iter().all(|o| o.saw(name)));
        let edits = Edits::none()
            .put(review::OF, front.table.kind.name())
            .put(review::SAW, saw.to_value())
            .put(review::AT, actor.now.0);
        let edits = to.into_iter().fold(edits, |edits, account| edits.add(review::TO, review::account(account)));
        let edits = comments.iter().fold(edits, |edits, c| edits.add(review::COMMENTS, c.to_value()));
        let blank = super::Blank::of(held, self.record, Kind::Review)?;
        let mut write = blank.write(front.unit, Some((PARENT, front.state.record)), &edits, actor)?;
        write.wishes.push(self.step(actor)?);
        Ok(write.into())
    }

    /// The comments, if each is about a field or set that the record can have. A return says something.
    fn comments(&self, front: &Opened<'_>) -> Result<Vec<Comment>, Rejection> {
        let Verdict::Return(by_field) = &self.verdict else { return Ok(Vec::new()) };
        if by_field.is_empty() && self.note.is_none() {
            return Err(Rejection::MissingAnswer { step: review::RETURN.to_owned(), ask: "note".to_owned() });
        }
        let table = front.table;
        let comment = |(field, text): (&String, &String)| {
            if table.field(field).is_none() && table.set(field).is_none() {
                return Err(Rejection::UnknownField { kind: table.kind.name(), field: field.clone() });
            }
            Ok(Comment { field: field.clone(), text: text.trim().to_owned() })
        };
        by_field.iter().map(comment).collect()
    }

    fn step(&self, actor: &Actor) -> Result<Wish, Rejection> {
        let step = if self.verdict == Verdict::Approve { review::APPROVE } else { review::RETURN };
        let answers: BTreeMap<_, _> = self.note.iter().map(|n| ("note".to_owned(), Value::from(n.trim()))).collect();
        let kind = Kind::Review;
        let row = kind.steps().check(kind.name(), crate::workflow::START, step, actor.roles, &answers)?;
        Ok(Wish::Step { step: step.to_owned(), to: row.to.to_owned(), answers })
    }
}

impl Opened<'_> {
    /// Whether all that stands in the field or set now stood on the screen, and nothing more did; of the steps, whether
    /// no page came in between.
    fn saw(&self, name: &str) -> bool {
        if Sight::is_steps(name) {
            return self.basis.pos == self.state.pos;
        }
        let adds = self.state.sets.get(name).into_iter().flat_map(|s| &s.adds);
        let mut elements = adds.map(|a| (&a.element, a.names()));
        self.saw_all(None, name)
            && elements.all(|(element, mut names)| names.any(|n| self.basis.element(name, element).contains(&n)))
    }
}

/// The answers to returns whose comments stood on the screen, given with a correction of their subject: by whoever the
/// record went back to, or by an edit of a field that is commented on.
pub(super) fn answers(
    held: &impl Held,
    shown: &[Basis],
    edited: impl Fn(&str) -> bool,
    actor: &Actor,
) -> Result<Vec<Write>, Rejection> {
    let mut writes = Vec::new();
    for basis in shown.iter().filter(|b| held.state(b.record).is_some_and(|s| s.kind() == Kind::Review.name())) {
        let one = Opened::of(held, basis.record, basis)?;
        let answers = review::addressed(one.state).contains(&actor.account)
            || review::comments(one.state).iter().any(|c| edited(&c.field));
        let open = one.state.status() == review::RETURNED;
        let row = Kind::Review.steps().row(review::RETURNED, review::ANSWER);
        if let Some(row) = row.filter(|row| open && answers && row.roles.meets(actor.roles)) {
            let (step, to) = (review::ANSWER.to_owned(), row.to.to_owned());
            writes.push(one.write(vec![Wish::Step { step, to, answers: BTreeMap::new() }]));
        }
    }
    Ok(writes)
}
