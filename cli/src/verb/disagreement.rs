//! Disagreements: before, theirs, mine; and deciding them.

use super::saved;
use crate::answer::Answer;
use crate::args;
use crate::card_text::{named, person};
use crate::failure::Failure;
use crate::line_text::moment;
use crate::phone::Phone;
use crate::{find, typed};
use gridwalk_app::read::DisagreementView;
use gridwalk_app::read::card::read_basis;
use gridwalk_model::Value;
use gridwalk_model::command::{Command, Decide};
use gridwalk_model::kind::{Kind, Shape};
use gridwalk_model::view::Held;
use std::fmt::Write as _;

/// All, or those of one record.
pub fn list(phone: &Phone<'_>, named: Option<&str>) -> Result<Answer, Failure> {
    let reader = phone.reader()?;
    let views = match named {
        Some(text) => reader.disagreement(find::record(phone, text, &[])?)?.into_iter().collect(),
        None => reader.disagreements()?,
    };
    let mut text = String::new();
    for view in &views {
        text += &draw(phone, view);
    }
    if views.is_empty() {
        phone.words.get("cli.no_disagreements").clone_into(&mut text);
    }
    Ok(Answer::new(text, &views))
}

fn draw(phone: &Phone<'_>, view: &DisagreementView) -> String {
    let words = phone.words;
    let mut text =
        format!("{} {}\n  id  {}\n", words.kind(&view.kind), words.titled(&view.kind, &view.title), view.record);
    for line in &view.fields {
        let of = (line.shape, line.code_set);
        let before = named(words, of, &line.before, line.before_named.as_ref());
        let _ = writeln!(text, "  {}  ({}: {before})", words.field(&view.kind, &line.field), words.get("sync.before"));
        for (n, side) in line.sides.iter().enumerate() {
            let whose = words.get(if side.mine { "sync.mine" } else { "sync.theirs" });
            let shown = named(words, of, &side.value, side.value_named.as_ref());
            let mark = words.get(if side.unconfirmed { "mark.saved" } else { "mark.applied" });
            let by = person(words, side.by_name.as_deref(), side.by);
            let _ = writeln!(text, "    {}. {shown}  {mark} {whose} {by} {}", n + 1, moment(side.at));
        }
        if view.may_decide {
            let _ = writeln!(text, "  → gridwalk decide {} {} --pick N", view.record, line.field);
        }
    }
    text
}

/// Decides.
pub fn decide(phone: &Phone<'_>, args: &args::Decide) -> Result<Answer, Failure> {
    let named = find::record(phone, &args.record, &[])?;
    let reader = phone.reader()?;
    let shown = reader.shown_as(named)?.ok_or_else(|| Failure::not_found(args.record.as_str()))?;
    let (record, basis, also) = match &args.basis {
        Some(text) => {
            let (basis, also) = read_basis(text).ok_or_else(|| Failure::usage("not_a_basis", ""))?;
            (basis.record, basis, also)
        }
        None => saved::bases(phone, shown, None)?,
    };
    let kind = reader.store.row(record)?.and_then(|row| Kind::from_name(&row.kind));
    let field = kind.map_or_else(|| args.field.clone(), |kind| typed::field_named(phone.words, kind, &args.field));
    let choice = match (args.pick, &args.value, args.clear) {
        (Some(n), _, _) => picked(phone, record, &field, n)?,
        (_, Some(text), _) => Some(read(phone, record, &field, text)?),
        (_, _, true) => None,
        _ => return Err(Failure::usage("pick_or_value", "")),
    };
    saved::execute(phone, &Command::Decide(Decide { record, basis, also, field, within: None, choice }))
}

/// The n-th value as `disagreements` numbers them.
fn picked(
    phone: &Phone<'_>,
    record: gridwalk_model::RecordId,
    field: &str,
    n: usize,
) -> Result<Option<Value>, Failure> {
    let reader = phone.reader()?;
    let missing = || Failure::usage("no_such_side", n.to_string());
    let view = reader.disagreement(record)?.ok_or_else(missing)?;
    let line = view.fields.iter().find(|l| l.field == field).ok_or_else(missing)?;
    let side = n.checked_sub(1).and_then(|i| line.sides.get(i)).ok_or_else(missing)?;
    let loaded = reader.load([record])?;
    let group = gridwalk_model::view::group_of(&loaded, record);
    let heads = group.iter().filter_map(|r| loaded.state(*r)?.fields.get(field)).flat_map(|r| &r.heads);
    let mut heads = heads.into_iter().filter(|h| h.tag.author == side.by && h.tag.effective == side.at);
    heads.next().map(|h| h.value.clone()).ok_or_else(missing)
}

/// Another value, by the field's shape.
fn read(phone: &Phone<'_>, record: gridwalk_model::RecordId, field: &str, text: &str) -> Result<Value, Failure> {
    let kind = phone.reader()?.store.row(record)?.map(|r| r.kind).unwrap_or_default();
    let shape = Kind::from_name(&kind).and_then(|k| k.table().field(field)).map(|f| f.shape);
    typed::value(phone, shape.unwrap_or(Shape::Text { chars_max: usize::MAX }), text)
}
