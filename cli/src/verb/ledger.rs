//! The ledger: hazards, held and called-up matters of a unit, open and struck off; on the screen or as a sheet.

use super::print;
use crate::answer::Answer;
use crate::args::{Language, LedgerArgs};
use crate::failure::Failure;
use crate::find;
use crate::line_text::{moment, row};
use crate::paper::{Paper, PaperCell};
use crate::phone::Phone;
use crate::words::Words;
use gridwalk_app::read::ledger::{CaseLedger, LedgerAsked, LedgerCount, LedgerLine, StruckLine};
use std::fmt::Write as _;

/// The ledger.
pub fn run(phone: &Phone<'_>, args: &LedgerArgs, language: Language) -> Result<Answer, Failure> {
    let unit = args.unit.as_deref().map(|text| find::unit(phone, text)).transpose()?;
    let wrong = |text: &str| Failure::usage("not_a_month", text);
    let month = args.month.as_deref().map(|text| text.parse().map_err(|_| wrong(text))).transpose()?;
    let struck = if args.struck { Some(true) } else { args.open.then_some(false) };
    let view = phone.reader()?.case_ledger(&LedgerAsked { unit, month, struck })?;
    let Some(file) = &args.out else { return Ok(Answer::new(text(phone.words, &view), &view)) };
    let of = match unit {
        Some(unit) => phone.reader()?.unit_name(unit)?.unwrap_or_default(),
        None => String::new(),
    };
    let paper = paper(phone, &view, (&of, args.month.as_deref()), language)?;
    print::put(phone, &paper, file, &of)
}

fn numbers(words: &Words, count: &LedgerCount) -> String {
    let all = [
        ("ledger.entered", count.entered),
        ("ledger.open", count.open),
        ("ledger.held", count.held),
        ("ledger.struck", count.struck),
        ("ledger.voided", count.voided),
    ];
    let drawn: Vec<String> = all.into_iter().map(|(word, n)| format!("{} {n}", words.get(word))).collect();
    drawn.join(" · ")
}

fn text(words: &Words, view: &CaseLedger) -> String {
    let mut text = numbers(words, &view.count);
    for unit in view.by_unit.iter().filter(|_| view.by_unit.len() > 1) {
        let _ = write!(text, "\n{}  {}", unit.name.as_deref().unwrap_or("…"), numbers(words, &unit.count));
    }
    for line in &view.rows {
        let _ = write!(
            text,
            "\n{}  {}  {} {}",
            row(words, &line.row),
            why(words, line),
            words.get("ledger.entered"),
            line.entered
        );
        if let Some(hold) = held(words, line) {
            let _ = write!(text, "\n    {hold}");
        }
        if let Some(struck) = &line.struck {
            let _ = write!(text, "\n    {}", struck_text(words, struck));
        }
    }
    text
}

fn why(words: &Words, line: &LedgerLine) -> String {
    line.why
        .iter()
        .map(|why| words.get(&format!("ledger_why.{why}")).to_owned())
        .collect::<Vec<_>>()
        .join(words.comma())
}

/// Who leads, who works on it, what they mean to do, and the next date.
fn held(words: &Words, line: &LedgerLine) -> Option<String> {
    let hold = line.hold.as_ref()?;
    let parts = [
        ("ask.leader", Some(hold.leader.as_str())),
        ("ask.team", Some(hold.team.as_str())),
        ("ask.plan", Some(hold.plan.as_str())),
        ("ask.next_on", hold.next_on.as_deref()),
    ];
    let drawn = parts.into_iter().filter_map(|(word, said)| Some(format!("{} {}", words.get(word), said?)));
    Some(drawn.collect::<Vec<_>>().join("  "))
}

fn struck_text(words: &Words, struck: &StruckLine) -> String {
    let name =
        |name: &Option<String>, account: &dyn std::fmt::Display| name.clone().unwrap_or_else(|| account.to_string());
    let word = words.get(if struck.voided { "ledger.voided" } else { "ledger.struck" });
    let mut text = format!("{word} {}  {}", struck.on, name(&struck.by_name, &struck.by));
    if let Some(by) = &struck.verified_by {
        let _ = write!(text, "  {} {}", words.step("verify"), name(&struck.verified_by_name, by));
    }
    text + &struck.why.as_ref().map(|why| format!("  {why}")).unwrap_or_default()
}

fn paper(
    phone: &Phone<'_>,
    view: &CaseLedger,
    (of, month): (&str, Option<&str>),
    language: Language,
) -> Result<Paper, Failure> {
    let words = phone.words;
    let word = |key: &str| words.get(&format!("print.{key}")).to_owned();
    let columns = [("matter", 20), ("unit", 12), ("why_entered", 10), ("entered", 8), ("leader_team", 20), ("next", 8)];
    let columns = columns.into_iter().chain([("struck_off", 22)]);
    let cells = |line: &LedgerLine| {
        let hold = line.hold.as_ref();
        let lead = hold.map(|hold| format!("{}  {}  {}", hold.leader, hold.team, hold.plan)).unwrap_or_default();
        let texts = [
            line.row.title.clone(),
            line.unit_name.clone().unwrap_or_default(),
            why(words, line),
            line.entered.clone(),
            lead,
            hold.filter(|_| line.held).and_then(|hold| hold.next_on.clone()).unwrap_or_default(),
            line.struck.as_ref().map(|struck| struck_text(words, struck)).unwrap_or_default(),
        ];
        texts.map(PaperCell::Text).to_vec()
    };
    let facts = [
        (word("unit"), of.to_owned()),
        (word("month"), month.unwrap_or_default().to_owned()),
        (word("matters"), view.rows.len().to_string()),
        (word("of"), numbers(words, &view.count)),
        (word("printed"), moment(phone.reader()?.actor.now)),
    ];
    Ok(Paper {
        language: print::tag(language),
        title: word("ledger"),
        facts: facts.into_iter().filter(|(_, said)| !said.is_empty()).collect(),
        advice: word("ledger_advice"),
        columns: columns.map(|one| print::column(phone, one)).collect(),
        rows: view.rows.iter().map(cells).collect(),
        row_mm: 14,
        page_words: word("page"),
        signed: vec![word("by"), word("on")],
    })
}
