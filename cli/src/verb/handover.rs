//! Handovers: what goes from whom to whom; taking it on.

use super::plan::day_text;
use super::saved;
use crate::answer::Answer;
use crate::args::{Handover, HandoverVerb};
use crate::card_text::person;
use crate::failure::Failure;
use crate::find;
use crate::line_text::row;
use crate::phone::Phone;
use gridwalk_app::read::HandoverView;
use gridwalk_model::command::{AcceptHandover, Command, TakeStep};
use gridwalk_model::kind::Kind;
use gridwalk_model::kind::handover::OFFERED;
use gridwalk_model::{RecordId, Value};
use std::fmt::Write as _;

/// Lists handovers, or answers one.
pub fn run(phone: &Phone<'_>, args: &Handover) -> Result<Answer, Failure> {
    match &args.verb {
        None => list(phone),
        Some(HandoverVerb::Accept { record }) => accept(phone, record.as_deref()),
        Some(HandoverVerb::Decline { record, reason }) => {
            let record = offered(phone, record.as_deref())?.record;
            let answers = [("reason".to_owned(), Value::from(reason.as_str()))].into();
            let (basis, step) = (phone.notebook.basis(record)?, "decline_handover".to_owned());
            saved::execute(phone, &Command::TakeStep(TakeStep { record, basis, step, answers }))
        }
    }
}

fn list(phone: &Phone<'_>) -> Result<Answer, Failure> {
    let (words, views) = (phone.words, phone.reader()?.handovers()?);
    let mut text = format!("{} ({})", words.get("kind.handover"), views.len());
    if views.is_empty() {
        let _ = write!(text, "\n{}", words.get("cli.no_handover"));
    }
    for view in &views {
        let unit = view.unit_name.as_deref().unwrap_or("…");
        let (since, until) = (view.since.as_deref().unwrap_or("—"), view.until.as_deref().unwrap_or("—"));
        let who = [(&view.from, &view.from_name), (&view.to, &view.to_name)];
        let who = who.map(|(id, name)| id.map_or_else(|| "—".to_owned(), |id| person(words, name.as_deref(), id)));
        let _ = write!(
            text,
            "\n{}  {} → {}  {unit}  {since} – {until}  {}",
            view.record,
            who[0],
            who[1],
            words.case_status(&view.status)
        );
        for case in &view.cases {
            let _ = write!(text, "\n    {}", row(words, case));
        }
        if !view.plans.is_empty() {
            let _ = write!(text, "\n    {} {}", words.get("kind.visit_plan"), view.plans.len());
            let _ = write!(text, " · {} {}", words.get("cli.due_by_today"), view.plans_due);
        }
        for plan in &view.plans {
            let door = plan.door.as_ref().map(|door| door.title.as_str()).unwrap_or_default();
            let due = plan.next_due.map(day_text).unwrap_or_default();
            let _ = write!(text, "\n    {}  {door}  {due}", row(words, &plan.row));
        }
        if let Some(left) = view.left_here {
            let _ = write!(
                text,
                "\n    {} {} · {} {}",
                words.get("sync.outbox"),
                left.unsent,
                words.get("sync.draft"),
                left.drafts
            );
        }
    }
    Ok(Answer::new(text, &views))
}

/// The handover that was named, or the only one offered to this person.
fn offered(phone: &Phone<'_>, named: Option<&str>) -> Result<HandoverView, Failure> {
    let record: Option<RecordId> = named.map(|text| find::record(phone, text, &[Kind::Handover.name()])).transpose()?;
    let views = phone.reader()?.handovers()?;
    let fits = |v: &HandoverView| match record {
        Some(record) => v.record == record,
        None => v.mine && v.status == OFFERED,
    };
    let none = || named.map_or_else(|| Failure::of("no_handover", 4), Failure::not_found);
    views.into_iter().find(fits).ok_or_else(none)
}

fn accept(phone: &Phone<'_>, named: Option<&str>) -> Result<Answer, Failure> {
    let view = offered(phone, named)?;
    let cases = view.cases.iter().map(|c| Ok(phone.notebook.basis(c.record)?)).collect::<Result<_, Failure>>()?;
    let command = AcceptHandover { record: view.record, basis: phone.notebook.basis(view.record)?, cases };
    saved::execute(phone, &Command::AcceptHandover(command))
}
