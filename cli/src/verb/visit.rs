//! Visits: somebody knocked, and this came of it.

use super::{picture, register, saved};
use crate::answer::Answer;
use crate::args::{List, Visit, VisitArgs, VisitVerb};
use crate::failure::Failure;
use crate::line_text::{moment, row, rows};
use crate::phone::Phone;
use crate::words::Words;
use crate::{card_text, find, typed};
use gridwalk_app::read::{DraftLine, VisitForm, VisitLine, call_backs::CallBack};
use gridwalk_model::call_back::Proposal;
use gridwalk_model::code_set::CodeSet;
use gridwalk_model::command::{Command, Edits, Filled, Raised, RecordVisit};
use gridwalk_model::kind::{Kind, Shape, visit};
use gridwalk_model::{Basis, RecordId, Timestamp, UnitId};
use serde_json::{Value as Json, json};
use std::fmt::Write as _;
use std::path::PathBuf;

/// A visit, or a verb on visits.
pub fn run(phone: &Phone<'_>, args: &VisitArgs) -> Result<Answer, Failure> {
    match (&args.verb, &args.paid) {
        (Some(VisitVerb::Begin(which)), _) => begin(phone, &which.record),
        (Some(VisitVerb::List(args)), _) => list(phone, args),
        (Some(VisitVerb::Show(which)), _) => show(phone, &which.record),
        (Some(VisitVerb::Edit(args)), _) => register::edit(phone, Kind::Visit, args),
        (Some(VisitVerb::Again(args)), _) => again(phone, args),
        (None, Some(paid)) if paid.keep => keep(phone, paid),
        (None, Some(paid)) => record(phone, paid),
        (None, None) => {
            let kinds: Vec<&str> = names().into_iter().map(|name| phone.words.kind(name)).collect();
            Err(Failure::usage("visit_what", kinds.join(" / ")))
        }
    }
}

/// The kinds that visits are paid to.
fn names() -> Vec<&'static str> {
    visit::ABOVE.iter().map(|kind| kind.name()).collect()
}

fn when(text: Option<&str>) -> Result<Option<Timestamp>, Failure> {
    let read = |text: &str| typed::moment(text).map(Timestamp).ok_or_else(|| Failure::usage("not_a_moment", text));
    text.map(read).transpose()
}

fn code(phone: &Phone<'_>, set: CodeSet, text: &str) -> Result<String, Failure> {
    Ok(typed::value(phone, Shape::Code(set), text)?.as_text().unwrap_or_default().to_owned())
}

fn record(phone: &Phone<'_>, args: &Visit) -> Result<Answer, Failure> {
    let draft = args.draft.as_deref().map(|text| draft_of(phone, text)).transpose()?;
    let args = &draft.as_ref().map_or_else(|| args.clone(), |draft| finished(args, &draft.content));
    let named = find::record(phone, &args.door, &names())?;
    let (door, basis, _) = saved::bases(phone, named, args.basis.as_deref())?;
    let missing = || Failure::not_found(args.door.as_str());
    let form = phone.reader()?.visit_form(door)?.ok_or_else(missing)?;
    let outcome = code(phone, CodeSet::VisitOutcome, &args.outcome)?;
    let mut raised = Vec::new();
    for text in &args.heard {
        raised.push(Raised::heard(phone.notebook.new_record()?, text.as_str()));
    }
    for text in &args.found {
        raised.push(found(phone, text)?);
    }
    let confirms = confirms(phone, args, &form, args.unchanged || outcome == "no_change")?;
    let record = draft.as_ref().map_or_else(|| phone.notebook.new_record(), |draft| Ok(draft.record))?;
    let at = when(args.at.as_deref())?;
    let edits = picture::attached(phone, edits(phone, args, &form)?, &args.pictures, None)?;
    let plans = form.plans.iter().map(|p| read_basis(&p.basis)).collect::<Result<_, _>>()?;
    let filled = Filled {
        stood_at: args.stood_at.as_deref().map(typed::read_point).transpose()?,
        opened_at: when(args.opened.as_deref())?,
    };
    let command = RecordVisit { record, door, basis, outcome, at, filled, edits, raised, confirms, plans };
    let cases: Vec<RecordId> = command.raised.iter().map(|r| r.record).collect();
    let unanswered = visit::is_unanswered(&command.outcome);
    let mut answer = saved::execute_in(phone, &Command::RecordVisit(command), draft.map(|draft| draft.draft))?;
    let reader = phone.reader()?;
    for case in &cases {
        if let Some(line) = reader.store.row(*case)? {
            let _ = write!(answer.text, "\n  {}", row(phone.words, &line.into()));
        }
    }
    answer.json["cases"] = json!(cases);
    let proposal = if unanswered { reader.call_back(door)? } else { None };
    if let Some(proposal) = &proposal {
        let _ = write!(answer.text, "\n  {}", call_back_text(phone.words, proposal));
    }
    answer.json["call_back"] = json!(proposal);
    Ok(answer)
}

/// Keeps a visit half filled: the words as they were typed.
fn keep(phone: &Phone<'_>, args: &Visit) -> Result<Answer, Failure> {
    let door = find::record(phone, &args.door, &names())?;
    let row = phone.reader()?.store.row(door)?.ok_or_else(|| Failure::not_found(args.door.as_str()))?;
    let unit = row.unit.ok_or_else(|| Failure::not_found(args.door.as_str()))?;
    let typed = json!({
        "door": door, "outcome": args.outcome, "note": args.note, "at": args.at, "mode": args.mode, "met": args.met,
        "met_other": args.met_other, "heard": args.heard, "found": args.found, "confirm": args.confirm,
        "unchanged": args.unchanged, "again": args.again, "by_phone": args.by_phone, "from_paper": args.from_paper,
        "stood_at": args.stood_at, "opened": args.opened, "pictures": pictures(args)?,
    });
    let record = phone.notebook.new_record()?;
    let draft = phone.notebook.open_draft(record, Kind::Visit.name(), unit, &typed.to_string())?;
    let text = format!("{}  {}", phone.words.get("cli.kept"), draft.draft);
    Ok(Answer::new(text, &json!({ "draft": draft.draft, "record": draft.record })))
}

/// Pictures of a half filled visit by their whole paths; each must be there now, and be there still when it is finished.
fn pictures(args: &Visit) -> Result<Vec<PathBuf>, Failure> {
    args.pictures.iter().map(|path| std::fs::canonicalize(path).map_err(picture::told(path))).collect()
}

/// What was typed now, and beneath it what the draft kept: what is not said again stays as it was typed.
fn finished(args: &Visit, kept: &Json) -> Visit {
    let text = |now: &Option<String>, name: &str| now.clone().or_else(|| kept[name].as_str().map(str::to_owned));
    let texts = |now: &[String], name: &str| -> Vec<String> {
        let before = kept[name].as_array().into_iter().flatten().filter_map(|one| one.as_str().map(str::to_owned));
        let mut all: Vec<String> = before.collect();
        all.extend(now.iter().filter(|one| !all.contains(one)).cloned().collect::<Vec<_>>());
        all
    };
    let said = |now: bool, name: &str| now || kept[name].as_bool() == Some(true);
    let paths: Vec<String> = args.pictures.iter().map(|path| path.display().to_string()).collect();
    Visit {
        note: text(&args.note, "note"),
        at: text(&args.at, "at"),
        mode: text(&args.mode, "mode"),
        met_other: text(&args.met_other, "met_other"),
        again: text(&args.again, "again"),
        stood_at: text(&args.stood_at, "stood_at"),
        opened: text(&args.opened, "opened"),
        met: texts(&args.met, "met"),
        heard: texts(&args.heard, "heard"),
        found: texts(&args.found, "found"),
        confirm: texts(&args.confirm, "confirm"),
        pictures: texts(&paths, "pictures").into_iter().map(PathBuf::from).collect(),
        unchanged: said(args.unchanged, "unchanged"),
        by_phone: said(args.by_phone, "by_phone"),
        from_paper: said(args.from_paper, "from_paper"),
        ..args.clone()
    }
}

/// What a draft of a visit keeps, as it was typed.
pub fn kept_text(words: &Words, draft: &DraftLine) -> String {
    let (mut text, kind) = (String::new(), Kind::Visit.name());
    if draft.kind != kind {
        return text;
    }
    let fields = [
        ("outcome", visit::OUTCOME),
        ("note", "note"),
        ("at", visit::AT),
        ("mode", visit::MODE),
        ("met", visit::MET),
        ("met_other", "met_other"),
        ("again", visit::AGAIN_AT),
    ];
    let raised = [("heard", "case_kind.ask"), ("found", "case_kind.hazard")];
    let named = fields.map(|(name, field)| (name, words.field(kind, field).to_owned()));
    let cases = raised.map(|(name, word)| (name, words.code("case_kind", &word["case_kind.".len()..]).to_owned()));
    for (name, word) in named.into_iter().chain(cases) {
        let typed = match &draft.content[name] {
            Json::String(one) => one.clone(),
            Json::Array(all) => all.iter().filter_map(Json::as_str).collect::<Vec<_>>().join(words.comma()),
            _ => continue,
        };
        if !typed.is_empty() {
            let typed = if name == "outcome" { words.code("visit_outcome", &typed).to_owned() } else { typed };
            let _ = write!(text, "\n    {word}  {typed}");
        }
    }
    text
}

/// An open draft of a visit.
fn draft_of(phone: &Phone<'_>, text: &str) -> Result<DraftLine, Failure> {
    let is_it = |draft: &DraftLine| draft.kind == Kind::Visit.name() && draft.draft.to_string() == text;
    phone.reader()?.drafts()?.into_iter().find(is_it).ok_or_else(|| Failure::not_found(text))
}

/// `category=text`, or a text alone; `=text` for a text that has the sign in it and no category.
fn found(phone: &Phone<'_>, text: &str) -> Result<Raised, Failure> {
    let (before, said) = text.split_once(['=', '＝']).unwrap_or(("", text));
    if before.trim().is_empty() {
        return Ok(Raised::found(phone.notebook.new_record()?, said));
    }
    let category = code(phone, CodeSet::CaseCategory, before)?;
    if !CodeSet::CaseCategory.has(&category) {
        return Err(Failure::usage("not_a_category", before.trim()).choosing(CodeSet::CaseCategory));
    }
    let raised = Raised::found(phone.notebook.new_record()?, said);
    Ok(Raised { edits: Edits::none().put("category", category.as_str()), ..raised })
}

fn edits(phone: &Phone<'_>, args: &Visit, form: &VisitForm) -> Result<Edits, Failure> {
    let mut edits = Edits::none();
    let mode = args.mode.as_deref().or_else(|| args.by_phone.then_some("phone"));
    if let Some(mode) = mode {
        edits = edits.put(visit::MODE, code(phone, CodeSet::VisitMode, mode)?.as_str());
    }
    if args.from_paper {
        edits = edits.put(visit::FROM_PAPER, true);
    }
    if let Some(note) = &args.note {
        edits = edits.put("note", note.as_str());
    }
    if let Some(who) = &args.met_other {
        edits = edits.put("met_other", who.as_str());
    }
    if let Some(at) = when(args.again.as_deref())? {
        edits = edits.put(visit::AGAIN_AT, at.0);
    }
    for name in &args.met {
        // A name that only one of those who live here bears is theirs, however many bear it elsewhere.
        let here: Vec<_> = form.residents.iter().filter(|r| r.title == name.trim()).collect();
        let resident = match here.as_slice() {
            [one] => one.record,
            _ => find::record(phone, name, &[Kind::Resident.name()])?,
        };
        edits = edits.add(visit::MET, resident);
    }
    Ok(edits)
}

/// The bases of what was found as it is written.
fn confirms(phone: &Phone<'_>, args: &Visit, form: &VisitForm, all: bool) -> Result<Vec<Basis>, Failure> {
    let mut list = Vec::new();
    for one in form.confirms.iter().filter(|_| all) {
        list.push(read_basis(&one.basis)?);
    }
    for named in &args.confirm {
        let record = find::record(phone, named, &[])?;
        list.push(phone.notebook.basis(record)?);
    }
    Ok(list)
}

fn read_basis(text: &str) -> Result<Basis, Failure> {
    text.parse().map_err(|_| Failure::usage("not_a_basis", ""))
}

/// Another hour to try, and why then.
pub fn call_back_text(words: &Words, proposal: &Proposal) -> String {
    let word = |code: &str| words.find(&format!("call_back.{code}")).unwrap_or(code).to_owned();
    let places = [("at", moment(proposal.at)), ("why", word(proposal.reason.code()))];
    let places: Vec<(&str, &str)> = places.iter().map(|(name, text)| (*name, text.as_str())).collect();
    words.fill("cli.call_back", &places)
}

fn line(words: &Words, visit: &VisitLine) -> String {
    let door = visit.door.as_ref().map(|d| d.title.as_str()).unwrap_or_default();
    format!("{}  {}  {door}", row(words, &visit.row), moment(visit.at))
}

fn begin(phone: &Phone<'_>, named: &str) -> Result<Answer, Failure> {
    let (words, reader) = (phone.words, phone.reader()?);
    let record = find::record(phone, named, &names())?;
    let form = reader.visit_form(record)?.ok_or_else(|| Failure::not_found(named))?;
    let mut text = row(words, &form.door);
    for (word, lines) in [("cli.address", &form.address), ("kind.resident", &form.residents)] {
        if !lines.is_empty() {
            let _ = write!(text, "\n{}:\n{}", words.get(word), rows(words, lines));
        }
    }
    if !form.visits.is_empty() {
        let _ = write!(text, "\n{}:", words.get("kind.visit"));
    }
    for visit in &form.visits {
        let _ = write!(text, "\n{}", line(words, visit));
    }
    if let Some(at) = form.agreed_at {
        let _ = write!(text, "\n{}  {}", words.field("visit", visit::AGAIN_AT), moment(at));
    }
    if let Some(proposal) = &form.call_back {
        let _ = write!(text, "\n{}", call_back_text(words, proposal));
    }
    let _ = write!(text, "\n{}:\n{}", words.get("cli.basis"), form.basis);
    Ok(Answer::new(text, &form))
}

/// What a list is of: a unit with what is below it, or one door.
fn within(phone: &Phone<'_>, named: Option<&str>) -> Result<(Option<UnitId>, Option<RecordId>), Failure> {
    let Some(text) = named else { return Ok((None, None)) };
    let kinds: Vec<&str> = names().into_iter().chain([Kind::Unit.name()]).collect();
    let record = find::record(phone, text, &kinds)?;
    let row = phone.reader()?.store.row(record)?;
    let is_unit = row.is_none_or(|row| row.kind == Kind::Unit.name());
    Ok(if is_unit { (Some(record.unit()), None) } else { (None, Some(record)) })
}

fn list(phone: &Phone<'_>, args: &List) -> Result<Answer, Failure> {
    let (unit, door) = within(phone, args.within.as_deref())?;
    let visits = phone.reader()?.visits(unit, door, args.limit)?;
    let lines: Vec<String> = visits.iter().map(|visit| line(phone.words, visit)).collect();
    Ok(Answer::new(told(phone.words, &lines), &visits))
}

fn show(phone: &Phone<'_>, named: &str) -> Result<Answer, Failure> {
    let words = phone.words;
    let record = find::record(phone, named, &[Kind::Visit.name()])?;
    let visit = phone.reader()?.visit(record)?.ok_or_else(|| Failure::not_found(named))?;
    let mut text = card_text::card(words, &visit.card);
    for (word, lines) in [("cli.met", &visit.met), ("kind.case", &visit.cases)] {
        if !lines.is_empty() {
            let _ = write!(text, "\n{}:\n{}", words.get(word), rows(words, lines));
        }
    }
    Ok(Answer::new(text, &visit))
}

fn again(phone: &Phone<'_>, args: &List) -> Result<Answer, Failure> {
    let words = phone.words;
    let unit = args.within.as_deref().map(|text| find::unit(phone, text)).transpose()?;
    let mut doors = phone.reader()?.call_backs(unit)?;
    doors.truncate(args.limit as usize);
    let line = |back: &CallBack| {
        let agreed = || back.agreed_at.filter(|at| *at > back.at);
        let next = match (agreed(), &back.call_back) {
            (Some(at), _) => format!("{}  {}", words.field("visit", visit::AGAIN_AT), moment(at)),
            (None, Some(proposal)) => call_back_text(words, proposal),
            (None, None) => words.get("cli.every_hour_tried").to_owned(),
        };
        let came = words.code("visit_outcome", &back.outcome);
        format!("{}  {came} {}\n    {next}", row(words, &back.door), moment(back.at))
    };
    let lines: Vec<String> = doors.iter().map(line).collect();
    Ok(Answer::new(told(words, &lines), &doors))
}

fn told(words: &Words, lines: &[String]) -> String {
    if lines.is_empty() { words.get("cli.nothing").to_owned() } else { lines.join("\n") }
}
