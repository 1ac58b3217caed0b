//! Saves and edits beside the floor's.
//!
//! Owns what one save is: the way of `execute`, from the states that a decision looks at to the commit. Refuses to leave
//! anything of that way out. Invariant: each save is of a record and of values that were not there before.

use crate::benchmark::{Bench, Figure};
use crate::fault::Fault;
use crate::floor::Ready;
use crate::generator::{Register, Resident};
use crate::measure::{Times, ms, pairs, ratio, timed};
use crate::street::Street;
use gridwalk_app::Notebook;
use gridwalk_model::command::{Command, Decision, EditRecord, Edits, Write};
use gridwalk_model::{Basis, Value};
use std::cell::RefCell;

/// Pairs of single saves.
const SINGLE: usize = 400;
/// Pairs of bulk transactions.
const BULK: usize = 9;
/// Saves of one bulk transaction.
const BULK_ROWS: usize = 1000;
/// Pairs that only warm up.
const WARM: usize = 20;

fn figure(name: &str, goal: f64, (ours, floor): &(Times, Times), each: usize) -> Figure {
    #[expect(clippy::cast_precision_loss, reason = "a count of rows")]
    let each = each as f64;
    Figure::new(name, ratio(ours.median(), floor.median()), goal)
        .with("ours", ms(ours.median()) / each, "ms")
        .with("floor", ms(floor.median()) / each, "ms")
        .with("ours p95", ms(ours.at(95)) / each, "ms")
        .with("floor p95", ms(floor.at(95)) / each, "ms")
        .with("pairs", f64::from(u32::try_from(ours.count()).unwrap_or(0)), "")
}

fn write(resident: &Resident) -> Write {
    Write {
        record: resident.record,
        kind: "resident".to_owned(),
        unit: resident.unit,
        basis: Basis::blank(resident.record),
        wishes: resident.wishes(),
        instead_of: None,
    }
}

/// The way of `execute`: what a decision looks at is read, then everything is saved.
fn save(notebook: &Notebook, register: Register, residents: &[Resident]) -> Result<(), Fault> {
    let now = notebook.now();
    let looks_at: Vec<_> = residents.iter().flat_map(|r| [r.record, register.household(r.number)]).collect();
    notebook.held_for(&looks_at, now)?;
    let mut writes = residents.iter().map(write);
    let first = writes.next().ok_or_else(|| Fault::Expected("somebody to save".to_owned()))?;
    notebook.save_decision(Decision { first, more: writes.collect() }, now)?;
    Ok(())
}

/// So many saves in one transaction, in pairs with the floor.
fn saves(bench: &mut Bench, name: &str, goal: f64, (count, each): (usize, usize)) -> Result<Vec<Figure>, Fault> {
    let register = bench.register();
    let street = bench.street()?;
    let warm = if each == 1 { WARM } else { 1 };
    let ours: Vec<_> = street.fresh(each * (count + warm)).collect();
    let (notebook, floor) = (&street.phone.notebook, RefCell::new(&mut street.floor));
    let chunk = |nth: usize| ours.get(nth * each..(nth + 1) * each).unwrap_or_default();
    let times = pairs(
        count,
        warm,
        |nth| {
            let residents: Vec<Resident> = chunk(nth).iter().map(|n| register.resident(*n)).collect();
            Ok(timed(|| save(notebook, register, &residents))?.0)
        },
        |nth| {
            let rows: Vec<Ready> = chunk(nth).iter().map(|n| Ready::of(register, *n)).collect::<Result<_, _>>()?;
            Ok(timed(|| floor.borrow_mut().save(&rows))?.0)
        },
    )?;
    Ok(vec![figure(name, goal, &times, each)])
}

/// One durable save of twenty fields.
pub fn one(bench: &mut Bench) -> Result<Vec<Figure>, Fault> {
    saves(bench, "save_20_fields", 2.0, (SINGLE, 1))
}

/// A thousand saves in one durable transaction: what a form with many records and an import do.
pub fn bulk(bench: &mut Bench) -> Result<Vec<Figure>, Fault> {
    saves(bench, "bulk_20_fields", 2.5, (BULK, BULK_ROWS))
}

/// One durable edit of three fields, two of them in full text.
pub fn edit(bench: &mut Bench) -> Result<Vec<Figure>, Fault> {
    let register = bench.register();
    let street = bench.street()?;
    let numbers: Vec<usize> = (0..SINGLE + WARM).map(|nth| street.spread(nth)).collect();
    let (notebook, floor) = (&street.phone.notebook, RefCell::new(&mut street.floor));
    let new = |nth: usize| {
        let text = |text: &str| Value::Text(text.to_owned());
        let phone = Value::Text(format!("136{nth:08}"));
        [("phone", phone), ("education", text("20")), ("note", text("已搬到楼下，改打手机"))]
    };
    let times = pairs(
        SINGLE,
        WARM,
        |nth| {
            let record = Street::record(register, numbers[nth]);
            let edits = new(nth).into_iter().fold(Edits::none(), |edits, (field, value)| edits.put(field, value));
            let command =
                Command::EditRecord(EditRecord { record, basis: notebook.basis(record)?, also: Vec::new(), edits });
            Ok(timed(|| Ok(notebook.execute(&command)?))?.0)
        },
        |nth| {
            let row = Ready::with(register, numbers[nth], &new(nth))?;
            Ok(timed(|| floor.borrow_mut().edit(&row))?.0)
        },
    )?;
    Ok(vec![figure("edit_3_fields", 2.0, &times, 1)])
}
