//! Forms: whether a workbook is one, and what it is as an XForm.
//!
//! Owns the way from a file to what is said of it. Refuses to read sheets: gridwalk-forms does. Invariant: a form that is
//! refused says where and what to do; nothing is written of it.

use crate::answer::Answer;
use crate::args::{FormFile, FormVerb};
use crate::failure::Failure;
use crate::words::Words;
use gridwalk_forms::definition::{Control, ControlKind, FormDefinition};
use gridwalk_forms::import::{self, Imported, Options, Refusal, Warning};
use gridwalk_forms::run::Form;
use gridwalk_forms::xform;
use gridwalk_model::limits;
use serde_json::{Value as Json, json};
use std::io::Read as _;
use std::path::Path;

/// The exit code of a form that does not import.
const REFUSED: u8 = 3;

/// Does what was asked, if it needs no phone.
pub fn without_phone(words: &Words, verb: &FormVerb) -> Option<Result<Answer, Failure>> {
    match verb {
        FormVerb::Check(file) => Some(of_file(words, file, |imported| Ok(sound(words, imported)))),
        FormVerb::Convert { form, out } => Some(of_file(words, form, |imported| convert(words, imported, out))),
        _ => None,
    }
}

/// What is done with the form of a file; else why it is none.
pub fn of_file(
    words: &Words,
    file: &FormFile,
    with: impl FnOnce(&Imported) -> Result<Answer, Failure>,
) -> Result<Answer, Failure> {
    match read(file)? {
        Ok(imported) => with(&imported),
        Err(refusal) => Ok(refused(words, &refusal)),
    }
}

/// Whether a form can be run; else what is wrong with it.
pub fn runs(words: &Words, imported: &Imported) -> Result<(), Answer> {
    let answer = sound(words, imported);
    if answer.exit == 0 { Ok(()) } else { Err(answer) }
}

/// A form, or why it is none.
fn read(asked: &FormFile) -> Result<Result<Imported, Refusal>, Failure> {
    let fault = |e: std::io::Error| file_fault(&asked.file, &e);
    let mut bytes = Vec::new();
    let room = limits::FORM_FILE_BYTES_MAX as u64;
    std::fs::File::open(&asked.file).and_then(|file| file.take(room + 1).read_to_end(&mut bytes)).map_err(fault)?;
    let stem = asked.file.file_stem().and_then(|stem| stem.to_str());
    let options = Options { stem, lenient: asked.lenient, ..Options::default() };
    if is_xml(&bytes) {
        let read = xform::read(&bytes);
        return Ok(read.map(|definition| Imported { definition, warnings: Vec::new(), itemsets: None }));
    }
    Ok(import::import(&bytes, &options))
}

fn file_fault(path: &Path, error: &std::io::Error) -> Failure {
    Failure::of("file", 7).with("what", path.display().to_string()).because(error)
}

/// The bytes tell, not the name: an XForm begins with an element.
fn is_xml(bytes: &[u8]) -> bool {
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).trim_ascii_start();
    text.starts_with(b"<")
}

fn convert(words: &Words, imported: &Imported, out: &Path) -> Result<Answer, Failure> {
    let text = imported.definition.to_xform();
    if out == Path::new("-") {
        return Ok(Answer::new(text.trim_end(), &json!({ "xform": text })));
    }
    let named = out.display().to_string();
    std::fs::write(out, &text).map_err(|e| file_fault(out, &e))?;
    let mut lines = vec![words.fill("form.converted", &[("file", &named)])];
    lines.extend(warnings(words, &imported.warnings));
    Ok(Answer::new(lines.join("\n"), &json!({ "file": named, "warnings": told_of(&imported.warnings) })))
}

fn sound(words: &Words, imported: &Imported) -> Answer {
    let definition = &imported.definition;
    let counted = count(&definition.body);
    let languages = definition.itext.languages.len().max(1);
    let form = Form::new(definition.clone(), &[]);
    let faults: Vec<(&str, &str, &str)> =
        form.findings().iter().map(|f| (f.path.as_str(), f.expression.as_str(), f.fault.code())).collect();
    let circle = form.cycle().map(|cycle| cycle.paths);
    let runs = faults.is_empty() && circle.is_none();
    let numbers = [("questions", counted.0), ("groups", counted.1), ("languages", languages)];
    let numbers = numbers.map(|(name, number)| (name, number.to_string()));
    let places: Vec<(&str, &str)> = numbers.iter().map(|(name, number)| (*name, number.as_str())).collect();
    let mut lines = vec![title(definition), words.fill("form.sound", &places)];
    lines.extend(faults.iter().map(|(path, expression, code)| {
        let places = [("path", *path), ("expression", *expression)];
        format!("  {}", words.fill(&format!("form_expression.{}", code.replace('-', "_")), &places))
    }));
    lines.extend(circle.as_ref().map(|paths| words.fill("form.circle", &[("paths", &paths.join(" → "))])));
    lines.extend(warnings(words, &imported.warnings));
    let expressions: Vec<Json> =
        faults.iter().map(|(path, text, code)| json!({ "path": path, "expression": text, "code": code })).collect();
    let told = json!({
        "accepted": true, "runs": runs, "id": definition.id, "title": definition.title, "version": definition.version,
        "questions": counted.0, "groups": counted.1, "languages": languages, "expressions": expressions,
        "circle": circle, "warnings": told_of(&imported.warnings),
    });
    Answer { exit: if runs { 0 } else { REFUSED }, ..Answer::new(lines.join("\n"), &told) }
}

fn title(definition: &FormDefinition) -> String {
    let version = if definition.version.is_empty() { String::new() } else { format!(" {}", definition.version) };
    format!("{} ({}{version})", definition.title, definition.id)
}

/// Questions, and groups with repeats.
fn count(controls: &[Control]) -> (usize, usize) {
    controls.iter().fold((0, 0), |(questions, groups), control| {
        let below = count(&control.children);
        let own = match control.kind {
            ControlKind::Group => (0, 1),
            // A repeat stands in a group of its own, which counts.
            ControlKind::Repeat | ControlKind::Action => (0, 0),
            _ => (1, 0),
        };
        (questions + own.0 + below.0, groups + own.1 + below.1)
    })
}

fn refused(words: &Words, refusal: &Refusal) -> Answer {
    let at = place(words, refusal.sheet.as_deref(), refusal.row, refusal.column.as_deref());
    let said = words.fill(&format!("form_refusal.{}", refusal.code.code()), &places(&refusal.details));
    let text = format!("{}\n  {}", words.get("form.refused"), joined(words, &at, &said));
    let told = json!({
        "accepted": false,
        "refusal": {
            "code": refusal.code.code(), "sheet": refusal.sheet, "row": refusal.row, "column": refusal.column,
            "details": object(&refusal.details), "sentence": said,
        },
    });
    Answer { exit: REFUSED, ..Answer::new(text, &told) }
}

pub fn warnings(words: &Words, warnings: &[Warning]) -> Vec<String> {
    if warnings.is_empty() {
        return Vec::new();
    }
    let head = words.fill("form.warnings", &[("count", &warnings.len().to_string())]);
    let line = |warning: &Warning| {
        let at = place(words, Some(warning.sheet), warning.row, None);
        let said = words.fill(&format!("form_warning.{}", warning.code.code()), &places(&warning.details));
        format!("  {}", joined(words, &at, &said))
    };
    std::iter::once(head).chain(warnings.iter().map(line)).collect()
}

fn told_of(warnings: &[Warning]) -> Vec<Json> {
    let told =
        |w: &Warning| json!({ "code": w.code.code(), "sheet": w.sheet, "row": w.row, "details": object(&w.details) });
    warnings.iter().map(told).collect()
}

/// Where something stands, as people look for it in a spreadsheet.
fn place(words: &Words, sheet: Option<&str>, row: Option<u32>, column: Option<&str>) -> String {
    let row = row.map(|row| row.to_string());
    let named = [("sheet", sheet), ("row", row.as_deref()), ("column", column)];
    let told = named.into_iter().filter_map(|(what, name)| {
        name.filter(|name| !name.is_empty()).map(|name| words.fill(&format!("form.{what}"), &[(what, name)]))
    });
    told.collect::<Vec<_>>().join(words.comma())
}

fn joined(words: &Words, at: &str, said: &str) -> String {
    if at.is_empty() { said.to_owned() } else { format!("{at}{}{said}", words.colon()) }
}

fn places<'a>(details: &'a [(&'static str, String)]) -> Vec<(&'a str, &'a str)> {
    details.iter().map(|(name, value)| (*name, value.as_str())).collect()
}

fn object(details: &[(&'static str, String)]) -> Json {
    details
        .iter()
        .map(|(name, value)| ((*name).to_owned(), Json::from(value.as_str())))
        .collect::<serde_json::Map<_, _>>()
        .into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::args::Language;
    use gridwalk_forms::import::{Code, WarningCode};

    #[test]
    fn whatever_is_said_of_a_form_has_words() {
        for language in [Language::Zh, Language::ZhHant, Language::En] {
            let words = Words::of(language);
            let refusals = Code::ALL.iter().map(|code| format!("form_refusal.{}", code.code()));
            let warnings = WarningCode::ALL.iter().map(|code| format!("form_warning.{}", code.code()));
            let lacking: Vec<_> = refusals.chain(warnings).filter(|key| words.find(key).is_none()).collect();
            assert!(lacking.is_empty(), "{lacking:?}");
        }
    }
}
