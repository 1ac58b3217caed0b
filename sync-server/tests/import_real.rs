//! A whole real prefecture goes into a fresh server.
//!
//! Owns the numbers of the table. Refuses to need it: without the folder that `GRIDWALK_SHARED` names there is nothing
//! to check, and it says so.

use gridwalk_model::unit_code::UnitCode;
use gridwalk_server::admin::{Admin, ImportOptions, InitPlan, NewAccount, UnitTable};
use gridwalk_server::{Server, ServerOptions};
use std::path::PathBuf;

fn table() -> Option<Vec<u8>> {
    let shared = std::env::var_os("GRIDWALK_SHARED").map(PathBuf::from)?;
    std::fs::read(shared.join("data/admin/lianyungang_320700.csv")).ok()
}

#[test]
fn a_real_prefecture_goes_in_whole() {
    let Some(bytes) = table() else {
        eprintln!("skipped: GRIDWALK_SHARED names no folder with the table");
        return;
    };
    let table = UnitTable::read(&bytes).unwrap();
    let scratch = tempfile::tempdir().unwrap();
    let admin = Admin::new(Server::create(ServerOptions::new(scratch.path())).unwrap());
    let code = UnitCode::parse("320703").unwrap();
    let plan = InitPlan { code, city_name: None, county_name: None, admin: NewAccount::new("li", "李四") };
    admin.init(&plan).unwrap();
    let began = std::time::Instant::now();
    let summary = admin.import_units(&table, ImportOptions::default(), |_, _| ()).unwrap();
    let took_s = began.elapsed().as_secs_f64();
    let counts: Vec<(&str, u64)> = summary.counts.iter().map(|(level, n)| (*level, *n)).collect();
    assert_eq!(counts, [("city", 1), ("county", 7), ("grid", 1782), ("township", 109), ("village", 1782)]);
    assert_eq!((summary.added, summary.named, summary.spaces_made), (3679, 2, 6));
    eprintln!("{} units in {took_s:.1} s", summary.added);
    let again = admin.import_units(&table, ImportOptions::default(), |_, _| ()).unwrap();
    assert_eq!((again.added, again.named, again.unchanged), (0, 0, 3681));
    let overview = admin.overview().unwrap();
    assert_eq!((overview.spaces.len(), overview.spaces[0].records["unit"]), (8, 3681));
}
