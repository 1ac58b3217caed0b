//! Steps of cases as they are typed.
//!
//! Owns the way from a verb to a step with its answers. Refuses to judge: the table does. Invariant: a step rests on what
//! stood on the screen, and a picture is attached before the step that names it.

use super::{picture, saved};
use crate::answer::Answer;
use crate::args::{Dispatch, Shortcut, Typed, Verify};
use crate::failure::Failure;
use crate::phone::Phone;
use crate::{find, typed};
use gridwalk_model::command::{Command, TakeStep};
use gridwalk_model::guard::PICTURE;
use gridwalk_model::kind::{Kind, Shape};
use std::path::Path;

/// Any step of a case, with its answers as typed.
pub fn step(
    phone: &Phone<'_>,
    named: &str,
    step: &str,
    answers: &[String],
    basis: Option<&str>,
) -> Result<Answer, Failure> {
    let named = find::record(phone, named, &[Kind::Case.name()])?;
    let (record, basis, _) = saved::bases(phone, named, basis)?;
    let status = phone.reader()?.store.row(record)?.map(|r| r.status).unwrap_or_default();
    let asked =
        Kind::Case.steps().row(&status, step).or_else(|| Kind::Case.steps().rows.iter().find(|r| r.step == step));
    let answers = typed::answers(phone, asked, answers)?;
    saved::execute(phone, &Command::TakeStep(TakeStep { record, basis, step: step.to_owned(), answers }))
}

/// A step that asks for one text at most: it goes where the step asks for it.
pub fn shortcut(phone: &Phone<'_>, code: &'static str, args: &Shortcut) -> Result<Answer, Failure> {
    as_typed(phone, &Typed::short(code, args))
}

/// 核查, with its picture.
pub fn verify(phone: &Phone<'_>, args: &Verify) -> Result<Answer, Failure> {
    let typed = Typed::of("verify", &args.record)
        .with("committee", args.committee.as_deref())
        .with("note", args.note.as_deref());
    as_typed(phone, &typed.picture(args.picture.as_deref()))
}

/// Attaches a picture to a case, and takes a step that rests on it.
pub fn step_on_picture(
    phone: &Phone<'_>,
    named: &str,
    code: &str,
    answers: &[String],
    file: &Path,
) -> Result<Answer, Failure> {
    let record = find::record(phone, named, &[Kind::Case.name()])?;
    let hash = picture::attach(phone, record, file)?;
    let answers: Vec<String> = answers.iter().cloned().chain([format!("{PICTURE}={hash}")]).collect();
    step(phone, &record.to_string(), code, &answers, None)
}

/// 派遣: to the unit that is named, or to the one that the rules propose.
pub fn dispatch(phone: &Phone<'_>, args: &Dispatch) -> Result<Answer, Failure> {
    let proposed = if args.proposed { Some(proposed_unit(phone, &args.record)?) } else { args.to.clone() };
    let typed =
        Typed::of("dispatch", &args.record).with("unit", proposed.as_deref()).with("joint", args.joint.as_deref());
    let typed = typed
        .with("class", args.class.as_deref())
        .with("limit", args.limit.as_deref())
        .with("due", args.due.as_deref());
    as_typed(phone, &typed.with("note", args.note.as_deref()))
}

fn proposed_unit(phone: &Phone<'_>, named: &str) -> Result<String, Failure> {
    let record = find::record(phone, named, &[Kind::Case.name()])?;
    let case = phone.reader()?.case(record)?.ok_or_else(|| Failure::not_found(named))?;
    let unit = case.proposed.and_then(|view| view.proposal.unit);
    unit.map(|unit| unit.to_string()).ok_or_else(|| Failure::of("nobody_proposed", 4).with("what", named))
}

/// A step by its own verb.
pub fn as_typed(phone: &Phone<'_>, typed: &Typed<'_>) -> Result<Answer, Failure> {
    let mut answers = typed.answers.clone();
    answers.extend(typed.short.map(|text| format!("{}={text}", text_asked(typed.code))));
    match typed.picture {
        Some(file) => step_on_picture(phone, typed.record, typed.code, &answers, file),
        None => step(phone, typed.record, typed.code, &answers, None),
    }
}

/// The one text that a step asks for.
fn text_asked(code: &str) -> &'static str {
    let rows = Kind::Case.steps().rows.iter().filter(|r| r.step == code);
    let mut asks = rows.flat_map(|r| &r.asks);
    asks.find(|a| a.required && matches!(a.shape, Shape::Text { .. })).map_or("note", |a| a.name)
}
