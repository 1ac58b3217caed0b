//! Drafts of an older version of a form, filled by its newest.
//!
//! Owns what is shown of it. Refuses to decide where an answer goes: gridwalk-forms does. Invariant: without being asked to
//! apply nothing is saved.

use super::form_fill::{drawn, named};
use crate::answer::Answer;
use crate::failure::Failure;
use crate::phone::Phone;
use crate::words::Words;
use gridwalk_app::AppError;
use gridwalk_app::read::{StoreError, SubmissionLine};
use gridwalk_forms::filling::Renewal;
use gridwalk_model::RecordId;
use serde_json::{Value as Json, json};

/// Shows what the newest version does to one draft, or to all of a form, and does it.
pub fn renew(phone: &Phone<'_>, what: &str, apply: bool) -> Result<Answer, Failure> {
    let mut told: Vec<Json> = Vec::new();
    let mut text = Vec::new();
    for line in drafts(phone, what)? {
        let renewed = phone.notebook.renew_submission(line.record).map_err(|error| match error {
            AppError::Store(StoreError::NotFound) => Failure::of("form_not_here", 4).with("what", line.title.as_str()),
            error => error.into(),
        })?;
        let Some((mut open, renewal)) = renewed else { continue };
        if apply {
            phone.notebook.save_answers(&mut open, false)?;
        }
        let now = phone.reader()?.submission(line.record)?.unwrap_or(line);
        text.push(format!("{}\n{}", drawn(phone.words, &now), drawn_renewal(phone.words, &renewal)));
        told.push(json!({ "submission": now, "renewal": renewal, "applied": apply }));
    }
    if text.is_empty() {
        text.push(phone.words.get("form.all_newest").to_owned());
    } else if !apply {
        text.push(phone.words.get("form.renew_shown").to_owned());
    }
    Ok(Answer::new(text.join("\n"), &told))
}

/// The drafts that are meant.
fn drafts(phone: &Phone<'_>, what: &str) -> Result<Vec<SubmissionLine>, Failure> {
    if let Ok(record) = what.parse::<RecordId>()
        && let Some(line) = phone.reader()?.submission(record)?
    {
        return match line.finished_at {
            Some(_) => Err(Failure::of("submission_finished", 3).with("what", what)),
            None => Ok(vec![line]),
        };
    }
    let form = named(phone, what)?.record;
    let all = phone.reader()?.submissions(Some(form))?.into_iter();
    Ok(all.filter(|line| line.newer_version && line.finished_at.is_none()).collect())
}

fn drawn_renewal(words: &Words, renewal: &Renewal) -> String {
    let mut lines = vec![words.fill("form.renew_kept", &[("count", &renewal.kept.to_string())])];
    let mut say = |key: &str, places: &[(&str, &str)]| lines.push(words.fill(&format!("form.{key}"), places));
    for one in &renewal.renamed {
        say("renew_renamed", &[("from", &one.from), ("to", &one.to), ("answer", &one.answer)]);
    }
    for one in &renewal.aside {
        say("renew_aside", &[("field", &one.field), ("answer", &one.answers.join(" / "))]);
    }
    renewal.uncounted.iter().for_each(|path| say("renew_uncounted", &[("path", path)]));
    renewal.new.iter().for_each(|path| say("renew_new", &[("path", path)]));
    lines.iter().map(|line| format!("  {line}")).collect::<Vec<_>>().join("\n")
}
