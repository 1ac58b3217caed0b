//! Pairs that may be one person or thing, and the word that they are two.

use super::saved;
use crate::answer::Answer;
use crate::args::Different;
use crate::failure::Failure;
use crate::find;
use crate::line_text::row;
use crate::phone::Phone;
use gridwalk_model::command::{Command, NotSame};
use std::fmt::Write as _;

/// The pairs, the most alike first.
pub fn list(phone: &Phone<'_>) -> Result<Answer, Failure> {
    let words = phone.words;
    let found = phone.reader()?.duplicates()?;
    let mut text = if found.is_empty() { words.get("cli.nothing").to_owned() } else { String::new() };
    for one in &found {
        let agreed: Vec<&str> =
            one.agreed.iter().map(|code| words.find(&format!("duplicate.{code}")).unwrap_or(code)).collect();
        let _ = write!(text, "\n{}%  {}\n  {}", one.score, agreed.join(words.comma()), row(words, &one.row));
        let unit = one.unit_name.as_deref().unwrap_or_default();
        match &one.other {
            Some(other) => {
                let _ = write!(text, "\n  {}  {unit}", row(words, other));
            }
            None => {
                let _ = write!(text, "\n  {}: {unit}", words.get("cli.elsewhere_one"));
            }
        }
    }
    Ok(Answer::new(text.trim_start().to_owned(), &found))
}

/// Says that two records are two, or takes that back.
pub fn different(phone: &Phone<'_>, args: &Different) -> Result<Answer, Failure> {
    let (one, other) = (find::record(phone, &args.pair.one, &[])?, find::record(phone, &args.pair.other, &[])?);
    let (basis, other) = (phone.notebook.basis(one)?, phone.notebook.basis(other)?);
    saved::execute(phone, &Command::NotSame(NotSame { basis, other, back: args.back }))
}
