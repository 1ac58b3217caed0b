//! Every code that the core shows to people has its words, and no words are left of a code that is gone.
//!
//! The codes are read out of the source (an enum's variants, the texts that a `code` or `name` function gives out, a
//! field table) and out of the workflow tables; the words out of `catalog/words/zh-Hans.toml`, which `words` compares with
//! the other languages.

use std::collections::BTreeSet;

use super::words;
use crate::lexer::{Kind, Token};
use crate::{File, Offence, Source, Tree};

/// The language that the others are compared with.
const WORDS: &str = "catalog/words/zh-Hans.toml";

/// How codes are read out of a file.
enum Codes {
    /// The variants of this enum, in `snake_case`.
    Variants(&'static str),
    /// The texts in this function.
    TextsOf(&'static str),
    /// The first argument of `field(…)`; a constant's name in small letters.
    Fields,
    /// The texts given for this name: `code: "…"`.
    Given(&'static str),
    /// The first argument of calls of these functions, where it is a text.
    Arguments(&'static [&'static str]),
    /// This column of a table with a head.
    Column(&'static str),
}

/// Whether a section may hold words for codes that the core does not have yet.
#[derive(PartialEq)]
enum Section {
    /// Exactly the core's codes.
    Closed(&'static str),
    /// The glossary's further words, too.
    Open(&'static str),
}

const PLACES: &[(&str, Codes, Section)] = &[
    ("core/model/src/rejection.rs", Codes::TextsOf("code"), Section::Closed("rejection")),
    ("core/model/src/codec.rs", Codes::TextsOf("code"), Section::Open("refusal")),
    ("core/model/src/id_number.rs", Codes::TextsOf("code"), Section::Closed("warning")),
    ("core/model/src/uscc.rs", Codes::TextsOf("code"), Section::Closed("warning")),
    ("core/model/src/phone.rs", Codes::TextsOf("warning_code"), Section::Closed("warning")),
    ("core/model/src/check.rs", Codes::TextsOf("code"), Section::Closed("warning")),
    ("core/model/src/check.rs", Codes::TextsOf("warning_code"), Section::Closed("warning")),
    ("core/model/src/door/layout.rs", Codes::TextsOf("warning_code"), Section::Closed("warning")),
    ("core/model/src/kind/household_link.rs", Codes::TextsOf("warning_code"), Section::Closed("warning")),
    ("core/app/src/read/odd_place.rs", Codes::TextsOf("warning_code"), Section::Closed("warning")),
    ("core/app/src/read/course.rs", Codes::Given("code"), Section::Closed("warning")),
    ("core/model/src/check.rs", Codes::TextsOf("block_code"), Section::Closed("blocking")),
    ("core/model/src/id_kind.rs", Codes::TextsOf("code"), Section::Closed("id_kind")),
    ("core/model/src/phone.rs", Codes::TextsOf("code"), Section::Closed("phone_kind")),
    ("core/model/src/crs.rs", Codes::TextsOf("code"), Section::Closed("crs")),
    ("core/model/src/crs/suspect.rs", Codes::TextsOf("code"), Section::Closed("crs_verdict")),
    ("core/model/src/duplicate.rs", Codes::TextsOf("code"), Section::Closed("duplicate")),
    ("core/model/src/duplicate.rs", Codes::TextsOf("likeness_code"), Section::Closed("duplicate")),
    ("core/model/src/edition.rs", Codes::TextsOf("code"), Section::Closed("edition")),
    ("core/model/src/edition.rs", Codes::TextsOf("evidence_code"), Section::Closed("edition")),
    ("core/model/src/edition.rs", Codes::TextsOf("confidence_code"), Section::Closed("edition")),
    ("core/model/src/edition/plan.rs", Codes::TextsOf("code"), Section::Closed("edition")),
    ("core/model/src/boundary.rs", Codes::TextsOf("code"), Section::Closed("topology")),
    ("core/model/src/track.rs", Codes::TextsOf("code"), Section::Closed("track")),
    ("core/model/src/sampling.rs", Codes::TextsOf("code"), Section::Closed("flag")),
    ("core/model/src/call_back.rs", Codes::TextsOf("code"), Section::Closed("call_back")),
    ("core/model/src/role.rs", Codes::TextsOf("name"), Section::Open("role")),
    ("core/model/src/kind/mod.rs", Codes::TextsOf("name"), Section::Open("kind")),
    ("core/model/src/exchange.rs", Codes::TextsOf("code"), Section::Open("status")),
    ("core/sync/src/problem.rs", Codes::Variants("ProblemCode"), Section::Closed("problem")),
    ("core/sync/src/seal.rs", Codes::TextsOf("code"), Section::Open("fault")),
    ("core/sync/src/part.rs", Codes::TextsOf("code"), Section::Open("fault")),
    ("core/store/src/own.rs", Codes::TextsOf("code"), Section::Open("status")),
    ("core/app/src/error.rs", Codes::TextsOf("code"), Section::Open("fault")),
    ("core/app/src/error.rs", Codes::TextsOf("store_code"), Section::Open("fault")),
    ("sync-server/src/error.rs", Codes::TextsOf("code"), Section::Closed("server_fault")),
    ("sync-server/src/rights.rs", Codes::Given("code"), Section::Open("refusal")),
    ("sync-server/src/ingest.rs", Codes::Arguments(&["Err", "ok_or"]), Section::Open("refusal")),
    ("catalog/workflows/case.csv", Codes::Column("step"), Section::Open("step")),
    ("catalog/workflows/case.csv", Codes::Column("to"), Section::Open("case_status")),
    ("core/model/src/guard.rs", Codes::TextsOf("code"), Section::Closed("rejection")),
    ("core/model/src/guard.rs", Codes::TextsOf("code"), Section::Open("refusal")),
    ("sync-server/src/step.rs", Codes::Given("code"), Section::Open("refusal")),
    ("catalog/workflows/review.csv", Codes::Column("step"), Section::Open("step")),
    ("catalog/workflows/review.csv", Codes::Column("to"), Section::Open("case_status")),
    ("catalog/workflows/handover.csv", Codes::Column("step"), Section::Open("step")),
    ("catalog/workflows/handover.csv", Codes::Column("to"), Section::Open("case_status")),
    ("core/model/src/review.rs", Codes::TextsOf("code"), Section::Closed("standing")),
    ("core/model/src/command/canvass/mod.rs", Codes::TextsOf("name"), Section::Closed("command")),
    ("core/model/src/command/charge/mod.rs", Codes::TextsOf("name"), Section::Closed("command")),
    ("core/model/src/command/inspect/mod.rs", Codes::TextsOf("name"), Section::Closed("command")),
    ("core/model/src/inspection.rs", Codes::TextsOf("standing_code"), Section::Closed("inspection_standing")),
    ("core/model/src/kind/inspection.rs", Codes::Fields, Section::Closed("field.inspection")),
    ("core/model/src/kind/inspection_item.rs", Codes::Fields, Section::Closed("field.inspection_item")),
    ("core/model/src/command/patrol/mod.rs", Codes::TextsOf("name"), Section::Closed("command")),
    ("core/model/src/command/survey/mod.rs", Codes::TextsOf("name"), Section::Closed("command")),
    ("core/model/src/kind/submission.rs", Codes::Fields, Section::Closed("field.submission")),
    ("core/model/src/kind/handover.rs", Codes::Fields, Section::Closed("field.handover")),
    ("core/model/src/kind/check_round.rs", Codes::Fields, Section::Closed("field.check_round")),
    ("core/model/src/kind/back_check.rs", Codes::Fields, Section::Closed("field.back_check")),
    ("core/model/src/undo.rs", Codes::TextsOf("code"), Section::Closed("hindrance")),
    ("core/model/src/command/undo.rs", Codes::TextsOf("code"), Section::Closed("remedy")),
    ("core/model/src/command/mod.rs", Codes::TextsOf("name"), Section::Closed("command")),
    ("core/model/src/sampling.rs", Codes::TextsOf("code"), Section::Open("hint")),
    ("core/model/src/kind/unit.rs", Codes::Fields, Section::Closed("field.unit")),
    ("core/model/src/kind/building.rs", Codes::Fields, Section::Closed("field.building")),
    ("core/model/src/kind/dwelling.rs", Codes::Fields, Section::Closed("field.dwelling")),
    ("core/model/src/kind/household.rs", Codes::Fields, Section::Closed("field.household")),
    ("core/model/src/kind/resident.rs", Codes::Fields, Section::Closed("field.resident")),
    ("core/model/src/kind/estate.rs", Codes::Fields, Section::Closed("field.estate")),
    ("core/model/src/kind/address.rs", Codes::Fields, Section::Closed("field.address")),
    ("core/model/src/kind/premises.rs", Codes::Fields, Section::Closed("field.premises")),
    ("core/model/src/kind/organisation.rs", Codes::Fields, Section::Closed("field.organisation")),
    ("core/model/src/kind/facility.rs", Codes::Fields, Section::Closed("field.facility")),
    ("core/model/src/kind/case.rs", Codes::Fields, Section::Closed("field.case")),
    ("core/model/src/kind/visit.rs", Codes::Fields, Section::Closed("field.visit")),
    ("core/model/src/kind/review.rs", Codes::Fields, Section::Closed("field.review")),
    ("catalog/workflows/work_item.csv", Codes::Column("step"), Section::Open("step")),
    ("catalog/workflows/work_item.csv", Codes::Column("to"), Section::Closed("work_status")),
    ("core/model/src/kind/work_item.rs", Codes::Fields, Section::Closed("field.work_item")),
    ("core/model/src/kind/work_done.rs", Codes::Fields, Section::Closed("field.work_done")),
    ("catalog/workflows/task.csv", Codes::Column("step"), Section::Open("step")),
    ("catalog/workflows/task.csv", Codes::Column("to"), Section::Closed("task_status")),
    ("catalog/workflows/task_feedback.csv", Codes::Column("step"), Section::Open("step")),
    ("catalog/workflows/task_feedback.csv", Codes::Column("to"), Section::Closed("task_status")),
    ("core/model/src/kind/task.rs", Codes::Fields, Section::Closed("field.task")),
    ("core/model/src/kind/task.rs", Codes::TextsOf("code"), Section::Closed("task_standing")),
    ("catalog/workflows/training_done.csv", Codes::Column("step"), Section::Open("step")),
    ("catalog/workflows/training_done.csv", Codes::Column("to"), Section::Closed("training_status")),
    ("catalog/workflows/attendance.csv", Codes::Column("step"), Section::Open("step")),
    ("catalog/workflows/attendance.csv", Codes::Column("to"), Section::Closed("attendance_status")),
    ("catalog/workflows/objection.csv", Codes::Column("step"), Section::Open("step")),
    ("catalog/workflows/objection.csv", Codes::Column("to"), Section::Closed("objection_status")),
    ("core/model/src/kind/objection.rs", Codes::Fields, Section::Closed("field.objection")),
    ("core/model/src/kind/month_lock.rs", Codes::Fields, Section::Closed("field.month_lock")),
    ("core/model/src/kind/notice_receipt.rs", Codes::Fields, Section::Closed("field.notice_receipt")),
    ("core/model/src/kind/training.rs", Codes::Fields, Section::Closed("field.training")),
    ("core/model/src/kind/training_done.rs", Codes::Fields, Section::Closed("field.training_done")),
    ("core/model/src/kind/activity.rs", Codes::Fields, Section::Closed("field.activity")),
    ("core/model/src/kind/attendance.rs", Codes::Fields, Section::Closed("field.attendance")),
    ("core/model/src/kind/task_feedback.rs", Codes::Fields, Section::Closed("field.task_feedback")),
    ("core/model/src/kind/work_item.rs", Codes::TextsOf("code"), Section::Closed("due")),
    ("core/model/src/kind/visit_plan.rs", Codes::Fields, Section::Closed("field.visit_plan")),
    ("core/model/src/kind/visit_plan.rs", Codes::TextsOf("code"), Section::Closed("due")),
    ("core/model/src/kind/post.rs", Codes::Fields, Section::Closed("field.post")),
    ("core/model/src/kind/boundary.rs", Codes::Fields, Section::Closed("field.boundary")),
    ("core/model/src/kind/field_use.rs", Codes::Fields, Section::Closed("field.field_use")),
    ("core/model/src/kind/rule_table.rs", Codes::Fields, Section::Closed("field.rule_table")),
    ("core/model/src/work_time/limit.rs", Codes::TextsOf("code"), Section::Closed("time_unit")),
    ("core/model/src/work_time/calendar.rs", Codes::TextsOf("code"), Section::Closed("day_kind")),
    ("core/model/src/work_time/deadline.rs", Codes::TextsOf("clock_code"), Section::Open("clock")),
    ("core/model/src/kind/field.rs", Codes::TextsOf("code"), Section::Closed("sensitivity")),
    ("core/model/src/kind/household_link.rs", Codes::Fields, Section::Closed("field.household_link")),
];

/// Finds codes without words and words without a code.
pub fn check(tree: &Tree) -> Vec<Offence> {
    let words = words::of(tree, WORDS);
    let mut offences = Vec::new();
    for (path, codes, section) in PLACES {
        let (Section::Closed(name) | Section::Open(name)) = section;
        let found = tree.files.iter().find(|file| file.path == *path).map(|file| codes.read(file)).unwrap_or_default();
        if found.is_empty() {
            let cure = "say in tests/tidy/src/rules/codes.rs where the codes stand now";
            offences.push(Offence::new(path, 1, format!("no codes of [{name}] are found here"), cure));
            continue;
        }
        for (code, line) in found.iter().filter(|(code, _)| !words.contains_key(&format!("{name}.{code}"))) {
            let cure = "give it its words in all three files of catalog/words";
            offences.push(Offence::new(path, *line, format!("{code} has no words in [{name}]"), cure));
        }
        if *section == Section::Closed(name) {
            let all = all_of(tree, name);
            let prefix = format!("{name}.");
            let keys = words.keys().filter_map(|key| key.strip_prefix(&prefix));
            for key in keys.filter(|key| !all.contains(*key)) {
                offences.push(Offence::new(
                    WORDS,
                    1,
                    format!("[{name}] {key} is no code any more"),
                    "take it out of all three files",
                ));
            }
        }
    }
    offences
}

/// The codes of a section: those of all places that give it some.
fn all_of(tree: &Tree, section: &str) -> BTreeSet<String> {
    let gives = |own: &Section| matches!(own, Section::Closed(name) | Section::Open(name) if *name == section);
    let read = |(path, codes, _): &(&str, Codes, Section)| {
        tree.files.iter().filter(|file| file.path == *path).flat_map(|file| codes.read(file)).collect::<Vec<_>>()
    };
    PLACES.iter().filter(|(_, _, own)| gives(own)).flat_map(read).map(|(code, _)| code).collect()
}

impl Codes {
    /// The codes with their lines.
    fn read(&self, file: &File) -> Vec<(String, usize)> {
        match (self, &file.rust) {
            (Self::Variants(name), Some(source)) => variants(source, name),
            (Self::TextsOf(function), Some(source)) => texts(source, function),
            (Self::Fields, Some(source)) => fields(source),
            (Self::Given(name), Some(source)) => given(source, name),
            (Self::Arguments(functions), Some(source)) => {
                functions.iter().flat_map(|name| arguments(source, name)).collect()
            }
            (Self::Column(name), _) => column(&file.text, name),
            _ => Vec::new(),
        }
    }
}

/// The variants of an enum: words that begin with a capital, at its own depth, first after `{`, `,` or an attribute.
fn variants(source: &Source, name: &str) -> Vec<(String, usize)> {
    let mut found = Vec::new();
    let mut depth = 0_usize;
    let mut expected = true;
    for token in source.item("enum", name) {
        match &token.kind {
            Kind::Sign('{' | '(' | '[') => depth += 1,
            Kind::Sign('}' | ')' | ']') => depth = depth.saturating_sub(1),
            Kind::Sign(',') if depth == 1 => expected = true,
            Kind::Word(word) if depth == 1 && expected => {
                found.push((snake(word), token.line));
                expected = false;
            }
            _ => {}
        }
    }
    found
}

/// The texts that functions of this name hold, outside tests.
fn texts(source: &Source, function: &str) -> Vec<(String, usize)> {
    let ranges: Vec<_> =
        source.functions().into_iter().filter(|own| own.name == function).map(|own| own.lines).collect();
    let inside = |line: &usize| ranges.iter().any(|range| range.contains(line)) && !source.is_test_line(*line);
    source.strings().filter(|(_, line)| inside(line)).map(|(text, line)| (text.to_owned(), line)).collect()
}

/// The first arguments of calls of `field`, outside tests.
fn fields(source: &Source) -> Vec<(String, usize)> {
    let arguments = source.first_arguments("field").into_iter();
    arguments.map(|(name, line)| (name.to_lowercase(), line)).filter(|(_, line)| !source.is_test_line(*line)).collect()
}

/// The texts that stand after `name:`, outside tests.
fn given(source: &Source, name: &str) -> Vec<(String, usize)> {
    let found = source.tokens.windows(3).filter_map(|three| match three {
        [own, colon, value] if own.kind == Kind::Word(name.to_owned()) && colon.kind == Kind::Sign(':') => {
            text_of(value)
        }
        _ => None,
    });
    found.filter(|(_, line)| !source.is_test_line(*line)).collect()
}

/// The texts that stand first in calls of a function, outside tests.
fn arguments(source: &Source, function: &str) -> Vec<(String, usize)> {
    let found = source.tokens.windows(3).filter_map(|three| match three {
        [own, open, value] if own.kind == Kind::Word(function.to_owned()) && open.kind == Kind::Sign('(') => {
            text_of(value)
        }
        _ => None,
    });
    found.filter(|(_, line)| !source.is_test_line(*line)).collect()
}

fn text_of(token: &Token) -> Option<(String, usize)> {
    match &token.kind {
        Kind::Text(text) => Some((text.clone(), token.line)),
        _ => None,
    }
}

/// A column of a table; lines that begin with `#` are comments, the first other line is the head.
fn column(text: &str, name: &str) -> Vec<(String, usize)> {
    let mut rows = text.lines().enumerate().filter(|(_, line)| !line.starts_with('#') && !line.trim().is_empty());
    let at = rows.next().and_then(|(_, head)| head.split(',').position(|cell| cell == name));
    let cell = |(line, row): (usize, &str)| Some((row.split(',').nth(at?)?.to_owned(), line + 1));
    // A step that stays where it is leads to no status of its own.
    rows.filter_map(cell).filter(|(code, _)| code != "=").collect()
}

fn snake(name: &str) -> String {
    let mut text = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !text.is_empty() {
            text.push('_');
        }
        text.extend(letter.to_lowercase());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::offence::assert_none;

    #[test]
    fn codes_are_read_out_of_the_source() {
        let source = Source::read(
            "#[serde(x)]\npub enum ProblemCode {\n/// A.\nTooLarge,\n#[a(b)]\nGap { at: u8 },\nOther(u8),\n}\n\
             fn code() { match x { A => \"one\", B => \"two\" } }\n\
             const T: X = [field(UNIT, y), field(\"name\", z)]; const fn field(name: N) {}",
        );
        let names = |found: Vec<(String, usize)>| found.into_iter().map(|(name, _)| name).collect::<Vec<_>>();
        assert_eq!(names(variants(&source, "ProblemCode")), ["too_large", "gap", "other"]);
        assert_eq!(names(texts(&source, "code")), ["one", "two"]);
        assert_eq!(names(fields(&source)), ["unit", "name"]);
        let refusing = Source::read("fn f() { R { code: \"out\" }; Err(\"differs\"); Err(other); }");
        assert_eq!(names(given(&refusing, "code")), ["out"]);
        assert_eq!(names(arguments(&refusing, "Err")), ["differs"]);
        let table = "# version 1\nfrom,step,to\nnew,report,reported\n";
        assert_eq!(column(table, "step"), [("report".to_owned(), 3)]);
    }

    #[test]
    fn planted_gaps_are_caught() {
        let tree = Tree::planted(&[
            ("core/model/src/rejection.rs", "fn code() { match x { A => \"too_long\", B => \"no_words\" } }"),
            (WORDS, "[rejection]\ntoo_long = \"x\"\ngone = \"x\"\n"),
        ]);
        let found: Vec<String> = check(&tree).iter().map(ToString::to_string).collect();
        assert!(
            found.iter().any(|text| text.starts_with("core/model/src/rejection.rs:1: no_words has no words")),
            "{found:?}"
        );
        assert!(found.iter().any(|text| text.contains("[rejection] gone is no code any more")), "{found:?}");
        assert!(found.iter().any(|text| text.starts_with("core/sync/src/problem.rs:1: no codes")), "{found:?}");
        assert!(!found.iter().any(|text| text.contains("too_long has no words")), "{found:?}");
    }

    #[test]
    fn every_code_of_the_core_has_its_words() {
        assert_none(&check(&Tree::read().unwrap()));
    }
}
