//! Whom to call, which posts are empty, and which household links are due.

use crate::answer::Answer;
use crate::args::{Call, List, Posts};
use crate::failure::Failure;
use crate::find;
use crate::line_text::{moment, row};
use crate::phone::Phone;
use crate::words::Words;
use gridwalk_app::read::PostLine;
use std::fmt::Write as _;

/// Whom to call in a grid.
pub fn call(phone: &Phone<'_>, args: &Call) -> Result<Answer, Failure> {
    let named = args.grid.as_deref().or(args.unit.as_deref());
    let unit = named.map_or_else(|| find::own_unit(phone), |text| find::unit(phone, text))?;
    let (words, view) = (phone.words, phone.reader()?.call(unit)?);
    let mut text = String::new();
    for level in &view.levels {
        let desk = level.duty_phone.as_deref().unwrap_or_default();
        let hours = level.duty_hours.as_deref().unwrap_or_default();
        let _ = writeln!(text, "{}", format!("{}  {desk}  {hours}", level.name).trim_end());
        for post in &level.posts {
            let _ = writeln!(text, "  {}", post_text(words, post));
        }
        for desk in &level.departments {
            let hours = desk.hours.as_deref().unwrap_or_default();
            let _ = writeln!(text, "  {}", format!("{}  {}  {hours}", desk.name, desk.phone).trim_end());
        }
    }
    if !view.posts_told {
        text += words.get("cli.posts_not_told");
    }
    Ok(Answer::new(text.trim_end().to_owned(), &view))
}

/// Posts, or those that are empty.
pub fn posts(phone: &Phone<'_>, args: &Posts) -> Result<Answer, Failure> {
    let unit = args.unit.as_deref().map(|text| find::unit(phone, text)).transpose()?;
    let (words, found) = (phone.words, phone.reader()?.posts(unit, args.empty)?);
    let mut text = String::new();
    for unit in &found {
        let _ = writeln!(text, "{}  {}", unit.code, unit.name);
        for post in &unit.posts {
            let _ = writeln!(text, "  {}", post_text(words, post));
        }
    }
    let text = if found.is_empty() { words.get("cli.nothing").to_owned() } else { text.trim_end().to_owned() };
    Ok(Answer::new(text, &found))
}

/// Household links whose visit of this month is due.
pub fn due(phone: &Phone<'_>, args: &List) -> Result<Answer, Failure> {
    let unit = args.within.as_deref().map(|text| find::unit(phone, text)).transpose()?;
    let (words, mut due) = (phone.words, phone.reader()?.links_due(unit)?);
    due.truncate(args.limit as usize);
    let line = |link: &gridwalk_app::read::LinkDue| {
        let last = link.last_visited.map_or_else(|| "—".to_owned(), moment);
        let shared = match link.shared.len() {
            0 => String::new(),
            count => format!("  ⚠ {}", words.fill("cli.households_shared", &[("count", &count.to_string())])),
        };
        format!("{}  {last}{shared}", row(words, &link.row))
    };
    let lines: Vec<String> = due.iter().map(line).collect();
    let text = if lines.is_empty() { words.get("cli.nothing").to_owned() } else { lines.join("\n") };
    Ok(Answer::new(text, &due))
}

fn post_text(words: &Words, post: &PostLine) -> String {
    let role = words.code("post_role", &post.role);
    let number = if post.number == 1 { String::new() } else { format!(" {}", post.number) };
    let name = post.name.as_deref().unwrap_or_else(|| words.get("cli.empty"));
    let phone = post.phone.as_deref().unwrap_or_default();
    format!("{role}{number}  {name}  {phone}").trim_end().to_owned()
}
