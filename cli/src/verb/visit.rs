//! Visits: somebody knocked, and this came of it.

use super::saved;
use crate::answer::Answer;
use crate::args::Visit;
use crate::failure::Failure;
use crate::phone::Phone;
use crate::{find, typed};
use gridwalk_model::Timestamp;
use gridwalk_model::code_set::CodeSet;
use gridwalk_model::command::{Command, Filled, RecordVisit};
use gridwalk_model::kind::Shape;

/// Records a visit.
pub fn visit(phone: &Phone<'_>, args: &Visit) -> Result<Answer, Failure> {
    let named = find::record(phone, &args.door, &["household", "dwelling", "household_link"])?;
    let (door, basis, _) = saved::bases(phone, named, None)?;
    let wrong = || Failure::usage("not_a_moment", args.at.as_deref().unwrap_or_default());
    let at = args.at.as_deref().map(|text| typed::moment(text).map(Timestamp).ok_or_else(wrong)).transpose()?;
    let outcome = typed::value(phone, Shape::Code(CodeSet::VisitOutcome), &args.outcome)?;
    let filled = Filled {
        stood_at: args.stood_at.as_deref().map(typed::read_point).transpose()?,
        opened_at: args.opened.as_deref().map(opened).transpose()?,
    };
    let command = Command::RecordVisit(RecordVisit {
        record: phone.notebook.new_record()?,
        door,
        basis,
        outcome: outcome.as_text().unwrap_or_default().to_owned(),
        at,
        by_phone: args.by_phone.then_some(true),
        note: args.note.clone(),
        filled,
    });
    saved::execute(phone, &command)
}

fn opened(text: &str) -> Result<Timestamp, Failure> {
    typed::moment(text).map(Timestamp).ok_or_else(|| Failure::usage("not_a_moment", text))
}
