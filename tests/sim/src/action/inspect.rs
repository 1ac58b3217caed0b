//! Inspections: begun by whoever comes first, answered by several, finished, and looked at again.
//!
//! Owns these actions. Refuses to know templates: it takes two items of one that ships. Invariant: all phones begin by the
//! same template on the same day of the simulated calendar, so that two of them meet on one record.

use super::{Action, Family, any_row, execute, note_typed};
use crate::coverage::Situation;
use crate::run::SimError;
use crate::world::World;
use gridwalk_model::RecordId;
use gridwalk_model::command::Command;
use gridwalk_model::command::inspect::{AnswerItem, BeginInspection, BeginRecheck, FinishInspection, Hazard, Inspect};
use gridwalk_model::inspection::{ItemResult, Template, TemplateBook};
use gridwalk_model::kind::inspection::{Inspection, answer_of, hazard_of};
use rand::RngExt as _;

/// The family.
pub const FAMILY: Family = Family {
    actions: &[Action::now(2, begin), Action::now(5, answer), Action::now(1, finish), Action::now(1, again)],
    heal: None,
};

/// For what no picture has to be shown.
const ITEMS: [&str; 2] = ["drill", "guest_register"];

fn template() -> Option<Template> {
    let mut template = TemplateBook::shipped().for_place("hotel").first().copied()?.clone();
    template.items.retain(|item| ITEMS.contains(&&*item.item));
    Some(template)
}

fn inspect(world: &mut World, phone: usize, command: Inspect) -> Result<bool, SimError> {
    Ok(execute(world, phone, &Command::Inspect(Box::new(command)))?.is_some())
}

fn held(world: &mut World, phone: usize, record: RecordId) -> Result<gridwalk_model::State, SimError> {
    let notebook = world.phones[phone].notebook()?;
    Ok(notebook.store().predicted(record, notebook.now())?.state)
}

fn begin(world: &mut World, phone: usize) -> Result<(), SimError> {
    let (Some((place, _)), Some(template)) = (any_row(world, phone, &["premises", "building"])?, template()) else {
        return Ok(());
    };
    // A day long ago, whatever the clock of the phone says.
    let (origin, on, office) = ("street".to_owned(), Some(19_000), Some(format!("office {phone}")));
    let begin = BeginInspection { place, template, origin, on, campaign: None, target: None, office };
    let record = begin.record();
    let here = !held(world, phone, record)?.kinds.is_empty();
    if inspect(world, phone, Inspect::Begin(begin))? && !here {
        world.coverage.saw(Situation::Inspected);
    }
    Ok(())
}

fn answer(world: &mut World, phone: usize) -> Result<(), SimError> {
    let Some((inspection, _)) = any_row(world, phone, &["inspection"])? else { return Ok(()) };
    let item = ITEMS[world.rng.random_range(0..ITEMS.len())].to_owned();
    let result = ItemResult::ALL[world.rng.random_range(0..ItemResult::ALL.len())];
    let (record, note) = (answer_of(inspection, &item), world.token());
    let Some(whole) = Inspection::of(&held(world, phone, inspection)?) else { return Ok(()) };
    let case = hazard_of(whole.root(), &item);
    let (stands, open) = (held(world, phone, record)?, held(world, phone, case)?);
    let notebook = world.phones[phone].notebook()?;
    let basis = if stands.kinds.is_empty() { None } else { Some(notebook.basis(record)?) };
    let open = if open.kinds.is_empty() { None } else { Some(notebook.basis(case)?) };
    let hazard = Some(Hazard { open, ..Hazard::default() });
    let number = Some("1".to_owned());
    let said = note.as_text().map(str::to_owned);
    let answer = AnswerItem {
        inspection,
        item,
        result: result.code().to_owned(),
        note: said,
        number,
        pictures: Vec::new(),
        basis,
        hazard,
    };
    if inspect(world, phone, Inspect::Answer(answer))? {
        note_typed(world, phone, record, "note", &note)?;
        if result == ItemResult::Failed {
            world.coverage.saw(Situation::ItemFailed);
        }
    }
    Ok(())
}

fn finish(world: &mut World, phone: usize) -> Result<(), SimError> {
    let Some((record, _)) = any_row(world, phone, &["inspection"])? else { return Ok(()) };
    let Some(whole) = Inspection::of(&held(world, phone, record)?) else { return Ok(()) };
    let unsigned = world.token();
    let basis = world.phones[phone].notebook()?.basis(record)?;
    let items = whole.items.into_iter().map(|item| item.item).collect();
    let said = unsigned.as_text().map(str::to_owned);
    let finish = FinishInspection {
        record,
        basis,
        items,
        signed_by: None,
        unsigned: said,
        signature: None,
        note: None,
        attempt: None,
        people: None,
    };
    if inspect(world, phone, Inspect::Finish(finish))? {
        note_typed(world, phone, record, "unsigned", &unsigned)?;
    }
    Ok(())
}

fn again(world: &mut World, phone: usize) -> Result<(), SimError> {
    let Some((of, _)) = any_row(world, phone, &["inspection"])? else { return Ok(()) };
    let round = world.rng.random_range(1..4);
    let items = vec![ITEMS[world.rng.random_range(0..ITEMS.len())].to_owned()];
    let recheck = BeginRecheck { of, round, items, on: Some(19_010), office: None };
    inspect(world, phone, Inspect::Recheck(recheck)).map(drop)
}
