//! Phones and people that are new: who waits, let in by digits, accepted or refused.

use crate::answer::Answer;
use crate::args::{ArrivalVerb, Arrivals};
use crate::failure::Failure;
use crate::phone::Phone;
use gridwalk_app::{AppError, Arrivals as Arrived, ArrivedPhone, Newcomer, NewcomerSeen, PhoneSeen};
use serde_json::json;
use std::fmt::Write as _;

/// Lists them, or decides about one.
pub async fn run(phone: &Phone<'_>, args: &Arrivals) -> Result<Answer, Failure> {
    let transport = phone.transport(&phone.enrolment()?.address)?;
    let arrived = phone.notebook.arrivals(&*transport).await?;
    let (words, notebook) = (phone.words, &phone.notebook);
    match &args.verb {
        None => Ok(list(phone, &arrived)),
        Some(ArrivalVerb::Confirm { who, digits }) => {
            let fits = |p: &&ArrivedPhone| p.name == *who || p.device.to_string() == *who;
            let found = only(who, arrived.phones.iter().filter(fits), |p| p.device.to_string())?;
            let seen = PhoneSeen { device: found.device, digits: digits.clone() };
            notebook.confirm_phone(&*transport, &seen).await.map_err(said)?;
            let text = words.fill("cli.phone_confirmed", &[("name", &found.name)]);
            Ok(Answer::new(text, &json!({ "confirmed": found.device })))
        }
        Some(ArrivalVerb::Accept { who }) => {
            let found = newcomer(&arrived, who)?;
            let seen = NewcomerSeen { account: found.account, accepted: true, reason: String::new() };
            notebook.decide_newcomer(&*transport, &seen).await.map_err(said)?;
            let text = words.fill("cli.newcomer_accepted", &[("name", &found.name)]);
            Ok(Answer::new(text, &json!({ "accepted": found.account })))
        }
        Some(ArrivalVerb::Refuse { who, reason }) => {
            let found = newcomer(&arrived, who)?;
            let seen = NewcomerSeen { account: found.account, accepted: false, reason: reason.clone() };
            notebook.decide_newcomer(&*transport, &seen).await.map_err(said)?;
            let text = words.fill("cli.newcomer_refused", &[("name", &found.name)]);
            Ok(Answer::new(text, &json!({ "refused": found.account })))
        }
    }
}

/// A refusal in its own words, where there are any.
fn said(error: AppError) -> Failure {
    match error {
        AppError::Problem(problem) if problem.detail == "fingerprint_differs" => Failure::of("fingerprint_differs", 3),
        AppError::Problem(problem) if problem.detail == "reason_missing" => Failure::of("reason_missing", 2),
        other => other.into(),
    }
}

fn newcomer<'a>(arrived: &'a Arrived, who: &str) -> Result<&'a Newcomer, Failure> {
    let fits = |n: &&Newcomer| n.name == who || n.account.to_string() == who;
    only(who, arrived.newcomers.iter().filter(fits), |n| n.account.to_string())
}

/// The one that was named; of several of one name their ids are told.
fn only<'a, T>(who: &str, mut found: impl Iterator<Item = &'a T>, id: impl Fn(&T) -> String) -> Result<&'a T, Failure> {
    let first = found.next().ok_or_else(|| Failure::not_found(who))?;
    let others: Vec<String> = found.map(&id).collect();
    if others.is_empty() {
        return Ok(first);
    }
    let ids: Vec<String> = std::iter::once(id(first)).chain(others).collect();
    Err(Failure::several(who, Vec::new()).then(ids.join("\n")))
}

fn list(phone: &Phone<'_>, arrived: &Arrived) -> Answer {
    let words = phone.words;
    let mut text = format!("{} ({})", words.get("cli.phones_waiting"), arrived.phones.len());
    for waits in &arrived.phones {
        let roles: Vec<&str> =
            waits.roles.iter().map(|role| words.find(&format!("role.{role}")).unwrap_or(role)).collect();
        let ArrivedPhone { name, device_name, units, device, .. } = waits;
        let _ = write!(
            text,
            "\n{name}  {}  {}  {device_name}  {device}",
            roles.join(words.comma()),
            units.join(words.comma())
        );
    }
    let _ = write!(text, "\n{} ({})", words.get("cli.newcomers"), arrived.newcomers.len());
    for one in &arrived.newcomers {
        let _ = write!(text, "\n{}  {}  {}  {}", one.name, one.phone, one.unit, one.account);
    }
    if !arrived.phones.is_empty() || !arrived.newcomers.is_empty() {
        let _ = write!(text, "\n→ {}", words.get("cli.arrivals_next"));
    }
    Answer::new(text, arrived)
}
