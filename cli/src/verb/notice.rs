//! Notices: give, list, read, and say so.

use super::saved;
use super::task::until_end;
use crate::answer::Answer;
use crate::args::{NoticeGive, NoticeVerb};
use crate::failure::Failure;
use crate::find;
use crate::line_text::{moment, row};
use crate::phone::Phone;
use crate::words::Words;
use gridwalk_app::read::notice::{NoticeLine, NoticeView};
use gridwalk_model::code_set::CodeSet;
use gridwalk_model::command::charge::{Charge, GiveNotice, ReadNotice};
use gridwalk_model::command::{Command, Edits};
use gridwalk_model::kind::notice;
use gridwalk_model::kind::notice_receipt::receipt_of;
use gridwalk_model::{RecordId, UnitId};
use std::fmt::Write as _;

/// One of the verbs on notices.
pub fn run(phone: &Phone<'_>, verb: &NoticeVerb) -> Result<Answer, Failure> {
    match verb {
        NoticeVerb::Give(args) => give(phone, args),
        NoticeVerb::List { all } => list(phone, *all),
        NoticeVerb::Show { notice } => show(phone, named(phone, notice)?),
        NoticeVerb::Confirm { notice } => {
            let command = read(phone, named(phone, notice)?, true)?;
            saved::execute(phone, &command)
        }
    }
}

/// The notice that a text names: by id or title.
fn named(phone: &Phone<'_>, text: &str) -> Result<RecordId, Failure> {
    let all = phone.reader()?.notices(true)?;
    find::titled(phone, text, all.iter().map(|line| &line.row), &notice::KINDS.map(gridwalk_model::kind::Kind::name))
}

fn give(phone: &Phone<'_>, args: &NoticeGive) -> Result<Answer, Failure> {
    let unit = args.unit.as_deref().map_or_else(|| find::own_unit(phone), |text| find::unit(phone, text))?;
    let mut edits = Edits::none().put("title", args.title.as_str());
    edits = args.text.iter().fold(edits, |edits, text| edits.put("text", text.as_str()));
    if args.receipt {
        edits = edits.put(notice::RECEIPT, true);
    }
    if let Some(text) = &args.from {
        let at = crate::typed::moment(text).ok_or_else(|| Failure::usage("not_a_moment", text.as_str()))?;
        edits = edits.put(notice::FROM, at);
    }
    if let Some(text) = &args.until {
        edits = edits.put(notice::UNTIL, until_end(text)?);
    }
    let record = phone.notebook.new_record()?;
    let command = GiveNotice { record, unit, volunteers: args.volunteers, edits };
    saved::execute(phone, &Command::Charge(Charge::GiveNotice(command)))
}

fn line(words: &Words, notice: &NoticeLine) -> String {
    let days = [notice.from, notice.until].map(|at| at.map(moment).unwrap_or_default());
    let state = match (notice.acknowledged_at, notice.read_at) {
        (Some(_), _) => "notice.acknowledged",
        (None, Some(_)) if notice.receipt => "notice.owed",
        (None, Some(_)) => "notice.read",
        (None, None) => "notice.unread",
    };
    let over = if notice.in_force { "" } else { words.get("notice.not_in_force") };
    let text = format!("{}  {} … {}  {}  {over}", row(words, &notice.row), days[0], days[1], words.get(state));
    text.trim_end().to_owned()
}

fn list(phone: &Phone<'_>, all: bool) -> Result<Answer, Failure> {
    let notices = phone.reader()?.notices(all)?;
    let lines: Vec<String> = notices.iter().map(|notice| line(phone.words, notice)).collect();
    let text = if lines.is_empty() { phone.words.get("cli.nothing").to_owned() } else { lines.join("\n") };
    Ok(Answer::new(text, &notices))
}

/// The command by which whoever looks has read a notice.
fn read(phone: &Phone<'_>, notice: RecordId, acknowledged: bool) -> Result<Command, Failure> {
    let receipt = receipt_of(notice, phone.enrolment()?.account);
    let own: Vec<UnitId> = phone.enrolment()?.spaces.iter().flat_map(|space| space.units.clone()).collect();
    let unit = own.first().copied().ok_or_else(|| Failure::usage("which_unit", "--unit"))?;
    let basis = phone.notebook.basis(receipt)?;
    Ok(Command::Charge(Charge::ReadNotice(ReadNotice { notice, unit, basis, acknowledged })))
}

fn show(phone: &Phone<'_>, notice: RecordId) -> Result<Answer, Failure> {
    let missing = || Failure::not_found(notice.to_string());
    let before = phone.reader()?.notice(notice)?.ok_or_else(missing)?;
    let own = before.line.row.changed_by == phone.enrolment()?.account;
    if before.line.read_at.is_none() && before.line.in_force && !own {
        phone.execute(&read(phone, notice, false)?)?;
    }
    let view = phone.reader()?.notice(notice)?.ok_or_else(missing)?;
    Ok(Answer::new(text(phone, &view), &view))
}

fn text(phone: &Phone<'_>, view: &NoticeView) -> String {
    let words = phone.words;
    let mut text = line(words, &view.line);
    if let Some(says) = &view.line.text {
        let _ = write!(text, "\n  {says}");
    }
    if view.line.receipt && view.line.acknowledged_at.is_none() {
        let _ = write!(text, "\n→ gridwalk notice confirm '{}'", view.line.row.title);
    }
    let back = view.readers.iter().filter(|reader| reader.read_at.is_some()).count();
    if !view.readers.is_empty() {
        let _ = write!(text, "\n{} {back}/{}", words.get("notice.read"), view.readers.len());
    }
    for reader in &view.readers {
        let post = reader.post.as_deref().map(|post| words.code(CodeSet::PostRole.name(), post)).unwrap_or_default();
        let name = reader.name.clone().unwrap_or_else(|| reader.account.to_string());
        let (state, at) = match (reader.acknowledged_at, reader.read_at) {
            (Some(at), _) => ("notice.acknowledged", moment(at)),
            (None, Some(at)) => ("notice.read", moment(at)),
            (None, None) => ("notice.unread", String::new()),
        };
        let unit = reader.unit_name.as_deref().unwrap_or("…");
        let _ = write!(text, "\n  {unit}  {post} {name}  {} {at}", words.get(state));
    }
    text
}
