//! Forms on a phone: brought in, listed, filled and finished.
//!
//! Owns the way from what is typed to answers. Refuses to judge them: the form does. Invariant: each line that was taken is
//! saved before the next is read.

use super::{form, form_renew, saved};
use crate::answer::Answer;
use crate::args::{FormFile, FormRun, FormVerb};
use crate::failure::Failure;
use crate::find;
use crate::line_text::moment;
use crate::phone::Phone;
use crate::words::Words;
use gridwalk_app::read::{FormLine, StoreError, SubmissionLine};
use gridwalk_app::{AppError, OpenSubmission, SubmissionBegun};
use gridwalk_forms::filling::{FillingFault, Problem, Question};
use gridwalk_model::RecordId;
use gridwalk_model::kind::submission::ABOUT;
use serde_json::json;
use std::fmt::Write as _;
use std::io::{BufRead as _, Write as _};

/// The exit code of a submission that is not finished because something is missing.
const NOT_FINISHED: u8 = 3;

/// One of the verbs on forms that need a phone.
pub fn run(phone: &Phone<'_>, verb: &FormVerb) -> Result<Answer, Failure> {
    match verb {
        FormVerb::Publish { form, unit } => publish(phone, form, unit.as_deref()),
        FormVerb::List => {
            let found = phone.reader()?.forms()?;
            Ok(lines(phone, &found, |line| form_text(phone.words, line)))
        }
        FormVerb::Submissions { form, answers } => submissions(phone, form.as_deref(), *answers),
        FormVerb::Run(args) => fill(phone, args),
        FormVerb::Renew { what, apply } => form_renew::renew(phone, what, *apply),
        FormVerb::Check(_) | FormVerb::Convert { .. } => {
            form::without_phone(phone.words, verb).unwrap_or_else(|| Err(Failure::of("file", 7)))
        }
    }
}

fn lines<T: serde::Serialize>(phone: &Phone<'_>, found: &[T], line: impl Fn(&T) -> String) -> Answer {
    let text: Vec<String> = found.iter().map(line).collect();
    Answer::new(if text.is_empty() { phone.words.get("cli.nothing").to_owned() } else { text.join("\n") }, &found)
}

fn submissions(phone: &Phone<'_>, form: Option<&str>, answers: bool) -> Result<Answer, Failure> {
    let form = form.map(|text| named(phone, text)).transpose()?;
    let found = phone.reader()?.submissions(form.map(|form| form.record))?;
    if !answers {
        return Ok(lines(phone, &found, |line| drawn(phone.words, line)));
    }
    let said: Vec<(Option<Vec<Question>>, SubmissionLine)> =
        found.into_iter().map(|line| Ok((answers_of(phone, line.record)?, line))).collect::<Result<_, Failure>>()?;
    let mut answer = lines(phone, &said, |(questions, line)| {
        let questions = questions.iter().flatten().map(|question| question_text(phone.words, question));
        std::iter::once(drawn(phone.words, line)).chain(questions).collect::<Vec<_>>().join("\n")
    });
    answer.json = said.iter().map(|(questions, line)| json!({ "submission": line, "answers": questions })).collect();
    Ok(answer)
}

/// What was answered of what is asked; nothing where the form is not wholly on this phone yet.
fn answers_of(phone: &Phone<'_>, submission: RecordId) -> Result<Option<Vec<Question>>, Failure> {
    match phone.notebook.open_submission(submission) {
        Ok(open) => {
            let said = |question: &Question| !question.answer.is_empty() || !question.at_odds.is_empty();
            Ok(Some(open.filling.questions().into_iter().filter(said).collect()))
        }
        Err(AppError::Store(StoreError::NotFound)) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

fn publish(phone: &Phone<'_>, file: &FormFile, unit: Option<&str>) -> Result<Answer, Failure> {
    form::of_file(phone.words, file, |imported| {
        if let Err(answer) = form::runs(phone.words, imported) {
            return Ok(answer);
        }
        let unit = unit.map_or_else(|| find::own_unit(phone), |text| find::unit(phone, text))?;
        let changed = phone.notebook.publish_form(unit, &imported.definition)?;
        let mut answer = saved::tell(phone, &changed)?;
        for warning in form::warnings(phone.words, &imported.warnings) {
            let _ = write!(answer.text, "\n{warning}");
        }
        let line = phone.reader()?.forms()?.into_iter().find(|line| line.record == changed.record);
        if let Some(line) = line {
            let _ = write!(answer.text, "\n{}", form_text(phone.words, &line));
            answer.json["form"] = serde_json::to_value(&line).unwrap_or_default();
        }
        Ok(answer)
    })
}

/// The form that a text names: its record, its id, or what it is called.
pub fn named(phone: &Phone<'_>, text: &str) -> Result<FormLine, Failure> {
    let names = |line: &FormLine| line.record.to_string() == text || line.form_id == text || line.title == text;
    let mut found = phone.reader()?.forms()?.into_iter().filter(names);
    match (found.next(), found.next()) {
        (Some(one), None) => Ok(one),
        (Some(one), Some(other)) => {
            let ids: Vec<String> = [one, other].into_iter().chain(found).map(|line| line.record.to_string()).collect();
            Err(Failure::of("several_fit", 4).with("what", text).then(ids.join("\n")))
        }
        _ => Err(Failure::of("no_such_form", 4).with("what", text)),
    }
}

fn opened(phone: &Phone<'_>, args: &FormRun) -> Result<OpenSubmission, Failure> {
    let not_here = |error: AppError| match error {
        AppError::Store(StoreError::NotFound) => Failure::of("form_not_here", 4).with("what", args.form.clone()),
        error => error.into(),
    };
    if let Ok(record) = args.form.parse::<RecordId>()
        && phone.reader()?.submission(record)?.is_some()
    {
        return phone.notebook.open_submission(record).map_err(not_here);
    }
    let form = named(phone, &args.form)?.record;
    let unit = args.unit.as_deref().map_or_else(|| find::own_unit(phone), |text| find::unit(phone, text))?;
    let kinds: Vec<&str> = ABOUT.iter().map(|kind| kind.name()).collect();
    let about = args.about.as_deref().map(|text| find::record(phone, text, &kinds)).transpose()?;
    let begun = phone.notebook.begin_submission(&SubmissionBegun { form, unit, about });
    begun.map(|(_, open)| open).map_err(not_here)
}

fn fill(phone: &Phone<'_>, args: &FormRun) -> Result<Answer, Failure> {
    // What no answer is said of is told before anything is begun.
    let set: Vec<(&str, &str)> = args.set.iter().map(|text| said(text)).collect::<Result<_, _>>()?;
    let mut open = opened(phone, args)?;
    if let Some(language) = &args.language
        && !open.filling.set_language(language)
    {
        return Err(Failure::of("no_language", 4).with("what", language.as_str()));
    }
    for path in &args.add {
        add(phone, &mut open, path)?;
    }
    for (path, text) in set {
        answer(phone, &mut open, path, text)?;
    }
    for path in &args.remove {
        remove(phone, &mut open, path)?;
    }
    if args.interactive {
        by_lines(phone, &mut open)?;
    }
    let problems = if args.finish { open.filling.finish() } else { Vec::new() };
    phone.notebook.save_answers(&mut open, args.finish && problems.is_empty())?;
    shown(phone, &open, &problems)
}

fn said(text: &str) -> Result<(&str, &str), Failure> {
    text.split_once('=').ok_or_else(|| Failure::of("not_answer", 2).with("what", text))
}

/// A path with the form's root, which nobody has to type.
fn whole(open: &OpenSubmission, path: &str) -> String {
    let run = open.filling.run();
    let root = run.path(run.root());
    if path.starts_with(&format!("{root}/")) {
        path.to_owned()
    } else {
        format!("{root}/{}", path.trim_start_matches('/'))
    }
}

fn refused(fault: &FillingFault) -> Failure {
    Failure::of(fault.code(), 3).with("what", fault.path())
}

fn answer(phone: &Phone<'_>, open: &mut OpenSubmission, path: &str, text: &str) -> Result<(), Failure> {
    let path = whole(open, path.trim());
    open.filling.set(&path, text).map_err(|fault| refused(&fault))?;
    phone.notebook.save_answers(open, false)?;
    Ok(())
}

fn add(phone: &Phone<'_>, open: &mut OpenSubmission, path: &str) -> Result<(), Failure> {
    let path = whole(open, path.trim());
    let id = phone.notebook.new_record()?;
    open.filling.add_copy(&path, id).map_err(|fault| refused(&fault))?;
    phone.notebook.save_answers(open, false)?;
    Ok(())
}

fn remove(phone: &Phone<'_>, open: &mut OpenSubmission, path: &str) -> Result<(), Failure> {
    let path = whole(open, path.trim());
    open.filling.remove_copy(&path).map_err(|fault| refused(&fault))?;
    phone.notebook.save_answers(open, false)?;
    Ok(())
}

/// Line by line until an empty one: what is refused is said, and the next line is read.
fn by_lines(phone: &Phone<'_>, open: &mut OpenSubmission) -> Result<(), Failure> {
    let say = |text: &str| drop(writeln!(std::io::stderr(), "{text}"));
    say(&asked(phone.words, open));
    for line in std::io::stdin().lock().lines() {
        let line = line.map_err(|error| Failure::of("file", 7).with("what", "-").because(&error))?;
        open.filling.set_now(phone.notebook.now().0);
        let done = match line.trim() {
            "" => break,
            text if text.starts_with('+') => add(phone, open, &text[1..]),
            text if text.starts_with('-') => remove(phone, open, &text[1..]),
            text => said(text).and_then(|(path, text)| answer(phone, open, path, text)),
        };
        match done {
            Ok(()) => say(&asked(phone.words, open)),
            Err(failure) => say(&failure.text(phone.words)),
        }
    }
    Ok(())
}

fn shown(phone: &Phone<'_>, open: &OpenSubmission, problems: &[Problem]) -> Result<Answer, Failure> {
    let record = open.filling.submission();
    let line = phone.reader()?.submission(record)?.ok_or_else(|| Failure::not_found(record.to_string()))?;
    let mut text = format!("{}\n{}", drawn(phone.words, &line), asked(phone.words, open));
    if !problems.is_empty() {
        let _ = write!(text, "\n{}", phone.words.get("form.still"));
    }
    for problem in problems {
        let _ = write!(text, "\n  {}", wrong(phone.words, problem));
    }
    let aside: Vec<_> = open.filling.aside().iter().map(|((copy, field), said)| (copy, field, said)).collect();
    for (_, field, said) in &aside {
        let _ = write!(text, "\n  {field}  {}  [{}]", said.join(" / "), phone.words.get("form.aside"));
    }
    let aside: Vec<_> =
        aside.iter().map(|(copy, field, said)| json!({ "copy": copy, "field": field, "answers": said })).collect();
    let told = json!({
        "record": record, "submission": line, "questions": open.filling.questions(), "repeats": open.filling.repeats(),
        "problems": problems, "aside": aside,
    });
    Ok(Answer { exit: if problems.is_empty() { 0 } else { NOT_FINISHED }, ..Answer::new(text, &told) })
}

fn wrong(words: &Words, problem: &Problem) -> String {
    let said = problem.message.clone().unwrap_or_else(|| words.get(&format!("form.{}", problem.code)).to_owned());
    format!("{}{}{said}", problem.path, words.colon())
}

/// The questions as they are asked now.
fn asked(words: &Words, open: &OpenSubmission) -> String {
    let mut text: Vec<String> =
        open.filling.questions().iter().map(|question| question_text(words, question)).collect();
    text.extend(open.filling.repeats().iter().map(|line| {
        let label = line.label.as_deref().unwrap_or_default();
        format!("  {}  {label}  {} {}", line.path, line.copies, words.get("form.copies"))
    }));
    text.join("\n")
}

fn question_text(words: &Words, question: &Question) -> String {
    let mut text = format!("  {}  {}  {}", question.path, question.label, question.answer);
    if question.required && question.answer.is_empty() {
        let _ = write!(text, "  [{}]", words.get("form.asked"));
    }
    if !question.at_odds.is_empty() {
        let _ = write!(text, "  ≠ {}", question.at_odds.join(" / "));
    }
    if let Some(problem) = question.problem.as_ref().filter(|problem| problem.code != "required") {
        let _ = write!(text, "\n    ✖ {}", wrong(words, problem));
    }
    for (value, label) in question.choices.iter().take(gridwalk_model::limits::CHOICES_MAX as usize) {
        let _ = write!(text, "\n    {value}  {label}");
    }
    text
}

/// A submission as one line.
pub fn drawn(words: &Words, line: &SubmissionLine) -> String {
    let state = line.finished_at.map_or_else(
        || words.get("form.draft").to_owned(),
        |at| format!("{} {}", words.get("form.finished"), moment(at)),
    );
    let about = line.about_name.as_deref().unwrap_or_default();
    let mut text =
        format!("{}  {}  {about}  {state}  {} {}", line.record, line.title, words.get("form.answered"), line.answered);
    if line.at_odds > 0 {
        let _ = write!(text, "  ≠ {} {}", words.get("form.at_odds"), line.at_odds);
    }
    if line.newer_version {
        let _ = write!(text, "  [{}]", words.get("form.newer"));
    }
    text
}

/// A form with its versions.
fn form_text(words: &Words, line: &FormLine) -> String {
    let mut text = format!("{}  {}  {}", line.record, line.title, line.form_id);
    for version in &line.versions {
        let here = words.get(if version.here { "form.here" } else { "form.not_here" });
        let (name, at) = (&version.version, moment(version.published_at));
        let _ = write!(text, "\n  {} {name}  {at}  [{here}]", words.get("form.version"));
    }
    text
}
