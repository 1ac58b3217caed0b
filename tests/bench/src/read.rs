//! Screens over a whole street: a list's first page, search as one types, which grid, opening to my day.
//!
//! Owns what is asked. Refuses to ask the store where a screen asks the reader. Invariant: each is the median of many
//! askings on a warm file.

use crate::benchmark::{Bench, Figure};
use crate::fault::Fault;
use crate::generator::Register;
use crate::measure::{Times, ms, timed};
use crate::street::{self, grid_unit, street_unit, village_unit};
use gridwalk_app::Notebook;
use gridwalk_app::read::Reader;
use gridwalk_model::UnitId;
use gridwalk_model::kind::Kind;
use std::time::Duration;

/// Rows of a list's page.
const PAGE: u32 = 50;
/// Askings of one thing.
const ASKINGS: usize = 41;

fn reader(notebook: &Notebook) -> Result<Reader<'_>, Fault> {
    Ok(Reader { store: notebook.store(), actor: notebook.actor()? })
}

/// Times so many askings; the first one only warms up.
fn askings<T>(count: usize, mut ask: impl FnMut(usize) -> Result<T, Fault>) -> Result<Times, Fault> {
    ask(0)?;
    let times = (0..count).map(|nth| Ok(timed(|| ask(nth))?.0)).collect::<Result<Vec<Duration>, Fault>>()?;
    Ok(Times::of(times))
}

/// The first page of residents: of all that the phone holds, of the street, of a village, of a grid.
pub fn list(bench: &mut Bench) -> Result<Vec<Figure>, Fault> {
    let register = bench.register();
    let street = bench.street()?;
    let units: [(&str, Option<UnitId>); 4] = [
        ("all", None),
        ("street", Some(street_unit(register))),
        ("village", Some(village_unit(register, 0))),
        ("grid", Some(grid_unit(register, 0))),
    ];
    let reader = reader(&street.phone.notebook)?;
    let mut figures = Vec::new();
    for (name, unit) in units {
        let times = askings(ASKINGS, |_| {
            let page = reader.list(Kind::Resident, unit, None, PAGE)?;
            if page.len() == PAGE as usize { Ok(()) } else { Err(Fault::Expected(format!("a full page of {name}"))) }
        })?;
        figures.push(Figure::within(&format!("list_first_page_{name}"), times.median(), Duration::from_millis(10)));
    }
    Ok(figures)
}

/// What is typed, by kind of needle. The names are those of people who are there.
fn needles(register: Register) -> Vec<(&'static str, String)> {
    let field = |n: usize, name: &str| {
        let fields = register.resident(n).fields;
        let found = fields.iter().find(|(f, _)| *f == name).and_then(|(_, v)| v.as_text().map(str::to_owned));
        found.unwrap_or_default()
    };
    let full = (0..100).map(|n| field(n, "name")).find(|name| name.chars().count() == 3).unwrap_or_default();
    let keys = gridwalk_model::search_key::pinyin_keys(&full);
    let initials = keys.split(' ').next().unwrap_or_default();
    let phone = field(11, "phone");
    vec![
        ("one_character", "王".to_owned()),
        ("two_characters", full.chars().take(2).collect()),
        ("three_characters", full.clone()),
        ("one_initial", initials.chars().take(1).collect()),
        ("two_initials", initials.chars().take(2).collect()),
        ("three_initials", initials.to_owned()),
        ("pinyin", "wangwei".to_owned()),
        ("phone_tail", phone.chars().skip(7).collect()),
        ("name_and_tail", format!("{} {}", "王", phone.chars().skip(9).collect::<String>())),
        ("nobody", "龘龘龘".to_owned()),
    ]
}

/// Search among residents, each needle by itself.
pub fn search(bench: &mut Bench) -> Result<Vec<Figure>, Fault> {
    let register = bench.register();
    let street = bench.street()?;
    let reader = reader(&street.phone.notebook)?;
    let mut figures = Vec::new();
    for (name, needle) in needles(register) {
        let found = reader.search(&needle, &[Kind::Resident.name()], PAGE)?.rows.len();
        let times = askings(ASKINGS, |_| Ok(reader.search(&needle, &[Kind::Resident.name()], PAGE)?))?;
        let found = f64::from(u32::try_from(found).unwrap_or(u32::MAX));
        figures.push(
            Figure::within(&format!("search_{name}"), times.median(), Duration::from_millis(50))
                .with("found", found, "rows"),
        );
    }
    Ok(figures)
}

/// Which grid a point lies in, at points all over the street.
pub fn grid(bench: &mut Bench) -> Result<Vec<Figure>, Fault> {
    let grids = street::grids(bench.rows);
    let street = bench.street()?;
    let store = street.phone.notebook.store();
    let times = askings(400, |nth| {
        let point = street::point_in(nth % grids, 100 + i32::try_from(nth % 8).unwrap_or(0) * 100, 500);
        let point = point.ok_or_else(|| Fault::Expected("a point on earth".to_owned()))?;
        store.which_grid(&point, 20_000)?.ok_or_else(|| Fault::Expected("a grid around the point".to_owned()))
    })?;
    Ok(vec![Figure::within("which_grid", times.median(), Duration::from_millis(1))])
}

/// From a closed notebook to the first screen.
pub fn open(bench: &mut Bench) -> Result<Vec<Figure>, Fault> {
    let street = bench.street()?;
    let mut opened = Vec::new();
    let times = askings(ASKINGS, |_| {
        let (time, notebook) = timed(|| street.phone.again())?;
        opened.push(time);
        Ok(reader(&notebook)?.my_day()?)
    })?;
    let figure = Figure::within("open_to_my_day", times.median(), Duration::from_millis(150));
    Ok(vec![figure.with("of it opening", ms(Times::of(opened).median()), "ms")])
}
