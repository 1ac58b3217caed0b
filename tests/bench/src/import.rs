//! An import: a county's table of residents with their dwellings and households, and the same table again.
//!
//! Owns the table, which is the generated register's people on paper, and the floor: the same lines read with the same
//! reader and written by hand. Refuses to know how a row becomes changes. Invariant: both wait for the disk as often.

use crate::benchmark::{Bench, Figure};
use crate::fault::Fault;
use crate::generator::{Register, Resident};
use crate::import_floor;
use crate::measure::{ratio, timed};
use gridwalk_model::Value;
use gridwalk_model::civil_date::CivilDate;
use gridwalk_model::unit_code::UnitCode;
use gridwalk_server::admin::{Admin, ImportOptions, InitPlan, NewAccount, UnitTable};
use gridwalk_server::import::mapping::Corrections;
use gridwalk_server::import::{NotImported, Report, Request, What, file};
use gridwalk_server::limits::IMPORT_ITEMS_A_TRANSACTION;
use gridwalk_server::{Server, ServerOptions};
use std::fmt::Write as _;
use std::time::Duration;

/// What an import of 120,000 residents may take.
const ALLOWED: Duration = Duration::from_mins(1);
/// Residents on the table for each ten of the street: 120,000 of 100,000.
const OF_TEN: usize = 12;
/// Households of a building.
const BUILDING: usize = 40;
const UNITS: &str = "code,name,parent,level,kind
3304,市,33,prefecture,
330402,县,3304,county,
330402001,街道,330402,township,subdistrict
330402001001,社区,330402001,village,residents_committee
";
fn server_fault(what: impl std::fmt::Debug) -> Fault {
    Fault::Expected(format!("an import, not {what:?}"))
}

/// Imports the table into a new server, again, and writes the floor.
pub fn people(bench: &mut Bench) -> Result<Vec<Figure>, Fault> {
    let residents = bench.rows * OF_TEN / 10;
    let table = table(bench.register(), residents);
    bench.tell(&format!("{residents} residents, {} MiB of CSV", table.len() >> 20));
    let folder = bench.path("imported");
    let admin = admin(&folder)?;
    let (took, report) = timed(|| import(&admin, table.as_bytes()))?;
    // Of so many made-up numbers a few are the same: those rows stay out.
    let imported = report.created.get("resident").copied().unwrap_or_default();
    if imported + report.blocked_rows != residents as u64 || report.blocked_rows > residents as u64 / 1000 {
        return Err(server_fault(&report.created));
    }
    bench.tell(&format!("imported in {:.1} s: {:?}", took.as_secs_f64(), report.created));
    let (again, second) = timed(|| import(&admin, table.as_bytes()))?;
    if !second.created.is_empty() || !second.changed.is_empty() {
        return Err(server_fault(&second.changed));
    }
    let floor_path = bench.path("imported.db");
    let (floor, ()) = timed(|| write_floor(&floor_path, table.as_bytes()))?;
    let records = report.created.values().sum::<u64>();
    #[expect(clippy::cast_precision_loss, reason = "a count")]
    let records = records as f64;
    let first = Figure::within("import", took, ALLOWED)
        .with("records", records, "")
        .with("a record", took.as_secs_f64() / records * 1e6, "µs")
        .with("floor", floor.as_secs_f64() * 1e3, "ms")
        .with("times the floor", ratio(took, floor), "");
    Ok(vec![first, Figure::within("import_again", again, ALLOWED)])
}

fn admin(folder: &std::path::Path) -> Result<Admin, Fault> {
    let admin = Admin::new(Server::create(ServerOptions::new(folder))?);
    let code = UnitCode::parse("330402").map_err(server_fault)?;
    admin.init(&InitPlan { code, city_name: None, county_name: None, admin: NewAccount::new("li", "李") })?;
    let units = UnitTable::read(UNITS.as_bytes()).map_err(server_fault)?;
    admin.import_units(&units, ImportOptions { grids: 50, update_names: false }, |_, _| ())?;
    Ok(admin)
}

fn import(admin: &Admin, bytes: &[u8]) -> Result<Report, Fault> {
    let request = Request {
        what: What::People,
        file: "residents.csv",
        bytes,
        unit: "330402001001",
        sheet: None,
        map: None,
        corrections: Corrections::default(),
        dry_run: false,
        skip_blocked: true,
        only_empty: false,
    };
    admin.import_table(&request, |_, _| true).map_err(|fault| match fault {
        NotImported::Blocked(report) => server_fault(&report.problem_counts),
        fault => server_fault(fault),
    })
}

/// The people of the register, forty households to a building, five of them to two households.
fn table(register: Register, residents: usize) -> String {
    let mut table = String::from(
        "网格,楼栋,单元,楼层,房号,户主,姓名,性别,出生日期,身份证号,联系电话,与户主关系,文化程度,婚姻状况,备注\n",
    );
    let mut head = String::new();
    for number in 0..residents {
        let household = number * 2 / 5;
        let (building, nth) = (household / BUILDING, household % BUILDING);
        let (entrance, floor, door) = (nth / 20 + 1, nth % 20 / 2 + 1, nth % 2 + 1);
        let person = register.resident(number);
        let of = |field: &str| text(&person, field);
        let first = number == 0 || (number - 1) * 2 / 5 != household;
        if first {
            head = of("name");
        }
        let relation = if first { "户主" } else { "子" };
        let grid = building % 50 + 1;
        // Writing to a text cannot fail.
        let _written =
            write!(table, "330402001001{grid:03},{}幢,{entrance},{floor},{floor}0{door},{head},", building + 1);
        let cells = ["name", "sex", "birth", "id_number", "phone"].map(of);
        let (education, marital, note) = (of("education"), of("marital"), of("note"));
        let _written = writeln!(table, "{},{relation},{education},{marital},{note}", cells.join(","));
    }
    table
}

fn text(person: &Resident, field: &str) -> String {
    match person.fields.iter().find(|(name, _)| *name == field).map(|(_, value)| value) {
        Some(Value::Text(text)) => text.replace(',', "，"),
        Some(Value::Int(day)) => CivilDate::from_days(*day).map(|date| date.to_string()).unwrap_or_default(),
        _ => String::new(),
    }
}

/// The same lines by hand: read with the same reader, written as a plain app would.
fn write_floor(path: &std::path::Path, bytes: &[u8]) -> Result<(), Fault> {
    let opened = file::open(bytes, "residents.csv").map_err(server_fault)?;
    let rows = opened.sheets.first().map_or(&[][..], |sheet| sheet.rows.get(1..).unwrap_or_default());
    let rows: Vec<Vec<String>> = rows.iter().map(|row| (0..15).map(|at| row.cell(at).text()).collect()).collect();
    // A line makes about two records.
    import_floor::import(path, &rows, IMPORT_ITEMS_A_TRANSACTION / 2)
}
