//! What people do on machines that may fail at any moment: type, leave forms open, sync, administer, start again.
//!
//! Owns the choice of actions and their entries in the ledger. Refuses to judge. Invariant: the ledger is told before a
//! call that something is under way, and after it that it was acknowledged.

use crate::world::{CrashError, Machine, PHONES, World, failed};
use gridwalk_app::AppError;
use gridwalk_app::sync_engine::Step;
use gridwalk_model::command::{AddBuilding, Command, DeleteRecord, EditRecord, Edits};
use gridwalk_model::geo::Point;
use gridwalk_model::id::RecordId;
use gridwalk_model::track::TrackPoint;
use gridwalk_model::wish::Wish;
use gridwalk_model::{Timestamp, Value};
use gridwalk_server::console::{self, ConsoleWrite};
use gridwalk_server::store::tracks::SharedTrack;
use rand::RngExt as _;

/// The field of a building that each phone writes, so that a lone writer must find their own words.
pub const FIELDS: [&str; PHONES] = ["address", "note"];

/// What came of an action.
pub type Acted = Result<(), CrashError>;

/// One random action on this machine.
pub async fn act(world: &mut World, machine: Machine) -> Acted {
    world.time.pass_ms(700);
    match machine {
        Machine::Server => administer(world),
        Machine::Phone(phone) => on_phone(world, phone).await,
    }
}

async fn on_phone(world: &mut World, phone: usize) -> Acted {
    match world.rng.random_range(0..20) {
        0..=1 => add(world, phone),
        2..=7 => edit(world, phone),
        8 => open_form(world, phone),
        9..=10 => keep_form(world, phone),
        11 => end_form(world, phone),
        12..=15 => steps(world, phone).await,
        16 => delete(world, phone),
        17 => track(world, phone),
        18 => {
            let notebook = world.notebook(phone).map_err(failed("open a phone"))?;
            notebook.store().empty_log().map_err(failed("empty the log"))
        }
        _ => {
            world.stop(Machine::Phone(phone));
            world.notebook(phone).map(drop).map_err(failed("start a phone again"))
        }
    }
}

/// A refusal by the domain is no failure, and nothing was saved.
fn done(
    outcome: Result<gridwalk_app::execute::Changed, AppError>,
) -> Result<Option<gridwalk_app::execute::Changed>, CrashError> {
    match outcome {
        Ok(changed) => Ok(Some(changed)),
        Err(AppError::Rejected(_)) => Ok(None),
        Err(other) => Err(failed("save")(other)),
    }
}

/// Adds a building.
pub fn add(world: &mut World, phone: usize) -> Acted {
    let (text, unit, field) = (world.token(), world.unit(), FIELDS[phone]);
    let notebook = world.notebook(phone).map_err(failed("open a phone"))?;
    let record = notebook.new_record().map_err(failed("make an id"))?;
    let edits = Edits::none().put("name", Value::Text("楼".to_owned())).put(field, Value::Text(text.clone()));
    world.note(format!("phone {phone}: adds {record} {text}"));
    world.ledger.phones[phone].texts.entry((record, field)).or_default().begin(&text);
    let added = done(notebook.execute(&Command::AddBuilding(AddBuilding { record, unit, edits })))?;
    let told = &mut world.ledger.phones[phone];
    if let Some(changed) = added {
        told.saved.extend(changed.saved.iter().map(|s| s.name));
        told.texts.entry((record, field)).or_default().acknowledge(&text);
        told.buildings.push(record);
    } else {
        told.texts.remove(&(record, field));
    }
    Ok(())
}

/// A building that the phone shows.
fn any_building(world: &mut World, phone: usize) -> Result<Option<RecordId>, CrashError> {
    let notebook = world.notebook(phone).map_err(failed("open a phone"))?;
    let rows = notebook.store().rows(&gridwalk_store::RowFilter::kind("building")).map_err(failed("list"))?;
    Ok(world.pick(&rows).map(|row| row.record))
}

/// Types a field of a building and saves.
pub fn edit(world: &mut World, phone: usize) -> Acted {
    let Some(record) = any_building(world, phone)? else { return add(world, phone) };
    let notebook = world.notebook(phone).map_err(failed("open a phone"))?;
    let basis = notebook.basis(record).map_err(failed("look"))?;
    write(world, phone, record, basis)
}

fn write(world: &mut World, phone: usize, record: RecordId, basis: gridwalk_model::Basis) -> Acted {
    let (text, field, form) = (world.token(), FIELDS[phone], basis.draft);
    let notebook = world.notebook(phone).map_err(failed("open a phone"))?;
    let edits = Edits::none().put(field, Value::Text(text.clone()));
    let command = Command::EditRecord(EditRecord { record, basis, also: Vec::new(), edits });
    world.note(format!("phone {phone}: types {text} into {field} of {record}"));
    let told = &mut world.ledger.phones[phone];
    told.texts.entry((record, field)).or_default().begin(&text);
    if let Some(form) = form.and_then(|form| told.drafts.get_mut(&form)) {
        form.may_be_gone = true;
    }
    let written = done(notebook.execute(&command))?;
    let told = &mut world.ledger.phones[phone];
    if let Some(changed) = written {
        told.saved.extend(changed.saved.iter().map(|s| s.name));
        told.texts.entry((record, field)).or_default().acknowledge(&text);
        form.map(|form| told.drafts.remove(&form));
    } else {
        told.texts.entry((record, field)).or_default().maybe.pop();
        if let Some(form) = form.and_then(|form| told.drafts.get_mut(&form)) {
            form.may_be_gone = false;
        }
    }
    Ok(())
}

/// Opens a form and leaves it open.
pub fn open_form(world: &mut World, phone: usize) -> Acted {
    let Some(record) = any_building(world, phone)? else { return Ok(()) };
    let (text, unit) = (world.token(), world.unit());
    let notebook = world.notebook(phone).map_err(failed("open a phone"))?;
    world.note(format!("phone {phone}: opens a form on {record}"));
    let draft = notebook.open_draft(record, "building", unit, &text).map_err(failed("open a form"))?;
    world.ledger.phones[phone].drafts.entry(draft.draft).or_default().acknowledge(&text);
    Ok(())
}

/// Types on in an open form.
pub fn keep_form(world: &mut World, phone: usize) -> Acted {
    let forms: Vec<_> = world.ledger.phones[phone].drafts.keys().copied().collect();
    let Some(form) = world.pick(&forms) else { return edit(world, phone) };
    let text = world.token();
    let notebook = world.notebook(phone).map_err(failed("open a phone"))?;
    world.note(format!("phone {phone}: types {text} into an open form"));
    world.ledger.phones[phone].drafts.entry(form).or_default().begin(&text);
    notebook.store().keep_draft(form, &text).map_err(failed("keep a form"))?;
    world.ledger.phones[phone].drafts.entry(form).or_default().acknowledge(&text);
    Ok(())
}

/// Saves an open form, or throws it away.
pub fn end_form(world: &mut World, phone: usize) -> Acted {
    let forms: Vec<_> = world.ledger.phones[phone].drafts.keys().copied().collect();
    let Some(form) = world.pick(&forms) else { return edit(world, phone) };
    let notebook = world.notebook(phone).map_err(failed("open a phone"))?;
    let draft = notebook.store().draft(form).map_err(failed("look"))?;
    let Some(draft) = draft else { return Err(CrashError::Broken(format!("the form {form:?} is gone"))) };
    if !world.chance(3) {
        return write(world, phone, draft.record, draft.basis);
    }
    world.note(format!("phone {phone}: throws a form away"));
    world.ledger.phones[phone].drafts.entry(form).or_default().may_be_gone = true;
    notebook.discard_draft(form).map_err(failed("throw a form away"))?;
    world.ledger.phones[phone].drafts.remove(&form);
    Ok(())
}

/// Deletes one of its own buildings.
fn delete(world: &mut World, phone: usize) -> Acted {
    let mine = world.ledger.phones[phone].buildings.clone();
    let Some(record) = world.pick(&mine).filter(|_| mine.len() > 3) else { return edit(world, phone) };
    let notebook = world.notebook(phone).map_err(failed("open a phone"))?;
    let basis = notebook.basis(record).map_err(failed("look"))?;
    world.note(format!("phone {phone}: deletes {record}"));
    let command = Command::DeleteRecord(DeleteRecord { record, basis, also: Vec::new() });
    if let Some(changed) = done(notebook.execute(&command))? {
        let told = &mut world.ledger.phones[phone];
        told.saved.extend(changed.saved.iter().map(|s| s.name));
        told.buildings.retain(|b| *b != record);
    }
    Ok(())
}

/// A few steps of a session.
pub async fn steps(world: &mut World, phone: usize) -> Acted {
    if !world.is_dead(Machine::Server) {
        let server = world.server();
        if server.is_err() && world.is_dead(Machine::Server) {
            return Ok(());
        }
        server?;
    }
    let network = world.network.clone();
    for _ in 0..world.rng.random_range(1..9) {
        let engine = world.phones[phone].engine().map_err(failed("open a phone"))?;
        let step = engine.sync_step(&network).await.map_err(failed("sync a step"))?;
        world.note(format!("phone {phone}: {step:?}"));
        match step {
            Step::Pulled { agreed: Some(false), .. } => {
                return Err(CrashError::Broken(format!("phone {phone}: the digest of the page differs")));
            }
            Step::Gap { lost: Some(lost), .. } => {
                return Err(CrashError::Broken(format!("phone {phone}: lost its changes {lost:?}")));
            }
            Step::Clash { .. } => return Err(CrashError::Broken(format!("phone {phone}: a number names two bodies"))),
            Step::Rested(_) => break,
            _ => {}
        }
    }
    learn_positions(world, phone)
}

/// What a phone was told of is on the server's disk.
fn learn_positions(world: &mut World, phone: usize) -> Acted {
    for space in world.spaces() {
        let notebook = world.notebook(phone).map_err(failed("open a phone"))?;
        let standing = notebook.store().space(space).map_err(failed("look"))?;
        let told = world.ledger.pos.entry(space).or_default();
        *told = (*told).max(standing.cursor.map_or(0, |(_, pos)| pos));
    }
    Ok(())
}

fn point(world: &mut World) -> TrackPoint {
    let at = Point::new(
        world.rng.random_range(300_000_000..310_000_000),
        world.rng.random_range(1_200_000_000..1_210_000_000),
    );
    let at = at.unwrap_or_default();
    TrackPoint { at, when: Timestamp(world.time.now_ms()) }
}

/// Records where somebody was; drops a track.
pub fn track(world: &mut World, phone: usize) -> Acted {
    let patrol = RecordId([0x77; 16]);
    let point = point(world);
    let notebook = world.notebook(phone).map_err(failed("open a phone"))?;
    if world.chance(3) {
        world.note(format!("phone {phone}: drops a track"));
        return notebook.store().drop_track(patrol, notebook.now()).map_err(failed("drop a track"));
    }
    notebook.store().keep_track_point(patrol, &point).map_err(failed("keep a point"))
}

/// Somebody administers, or the server is stopped and started.
fn administer(world: &mut World) -> Acted {
    match world.rng.random_range(0..8) {
        0..=3 => rename(world),
        4..=5 => share(world),
        6 => world.server()?.close().map_err(failed("close the server")),
        _ => {
            let server = world.server()?;
            server.close().map_err(failed("close the server"))?;
            drop(server);
            world.stop(Machine::Server);
            world.server().map(drop)
        }
    }
}

/// Types the name of a unit in the console.
pub fn rename(world: &mut World) -> Acted {
    let server = world.server()?;
    let (text, grids, admin) = (world.token(), world.city.grids, world.admin);
    let Some(unit) = world.pick(&grids) else { return Ok(()) };
    let (space, wishes) = (world.city.reference, [Wish::put("name", text.as_str())]);
    world.note(format!("server: {unit} is called {text}"));
    world.ledger.units.entry(unit).or_default().begin(&text);
    let wanted = ConsoleWrite {
        author: admin,
        machine: false,
        judged: false,
        space,
        record: unit.record(),
        kind: "unit",
        unit,
        wishes: &wishes,
        basis: None,
    };
    server.write(|w| console::write(w, &wanted)).map_err(failed("type in the console"))?;
    world.ledger.units.entry(unit).or_default().acknowledge(&text);
    Ok(())
}

/// A track is shared with the server, or taken back.
pub fn share(world: &mut World) -> Acted {
    let server = world.server()?;
    let patrol = RecordId([world.rng.random_range(1..5); 16]);
    let now = Timestamp(world.time.now_ms());
    if world.chance(3) {
        world.note("server: a track is taken back");
        if let Some(track) = world.ledger.tracks.get_mut(&patrol) {
            track.may_be_gone = true;
        }
        server.running().tracks.take_back(patrol).map_err(failed("take a track back"))?;
        world.ledger.tracks.remove(&patrol);
        return Ok(());
    }
    let track: Vec<TrackPoint> = (0..3).map(|_| point(world)).collect();
    let text = said(&track);
    let shared = SharedTrack { patrol, space: world.city.county, account: world.admin, track };
    world.note("server: a track is shared");
    let entry = world.ledger.tracks.entry(patrol).or_default();
    entry.begin(&text);
    entry.may_be_gone = entry.sure.is_none();
    server.running().tracks.put(&shared, now).map_err(failed("share a track"))?;
    world.ledger.tracks.entry(patrol).or_default().acknowledge(&text);
    Ok(())
}

/// A track as a text.
pub fn said(track: &[TrackPoint]) -> String {
    format!("{:?}", track.iter().map(|p| (p.at.lat_e7, p.at.lon_e7)).collect::<Vec<_>>())
}
