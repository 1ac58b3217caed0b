//! Lists, search and places: what they find, in which order, and along which index.

#![allow(clippy::unwrap_used, reason = "a test's failure is its message; the lint knows only #[test] functions")]

mod desk;

use desk::{Desk, SPACE, Server, UNIT, record};
use gridwalk_model::geo::{Point, Polygon};
use gridwalk_model::wish::Wish;
use gridwalk_model::{RecordId, UnitId, Value};
use gridwalk_store::{RowFilter, ViewRow};
use rusqlite::Connection;

fn save(desk: &Desk, record: RecordId, kind: &str, wishes: &[Wish]) {
    let basis = desk.store.begin(record, desk.now()).unwrap();
    let mut request = desk.request(record, wishes, basis);
    request.kind = kind.into();
    desk.store.save(&request).unwrap();
}

fn titles(rows: &[ViewRow]) -> Vec<&str> {
    rows.iter().map(|r| r.title.as_str()).collect()
}

#[test]
fn a_name_is_found_by_any_part_and_by_pinyin_initials() {
    let desk = Desk::new();
    for (n, name) in [(1, "王小明"), (2, "李小明"), (3, "欧阳修"), (4, "王大力")] {
        save(&desk, record(n), "resident", &[Wish::put("name", name)]);
    }
    save(&desk, record(5), "building", &[Wish::put("name", "小明家园3栋")]);
    let found = |text: &str, kinds: &[&str]| {
        let rows = desk.store.search(text, kinds, 10).unwrap();
        let mut names: Vec<String> = rows.into_iter().map(|r| r.title).collect();
        names.sort();
        names
    };
    assert_eq!(found("王小明", &[]), ["王小明"], "whole");
    assert_eq!(found("小明", &["resident"]), ["李小明", "王小明"], "two characters");
    assert_eq!(found("小明", &[]).len(), 3);
    assert_eq!(found("修", &[]), ["欧阳修"], "one character");
    assert_eq!(found("wxm", &[]), ["王小明"], "initials");
    assert_eq!(found("WX", &[]), ["王小明"], "two of them, capital");
    assert_eq!(found("ouyang", &[]), ["欧阳修"], "whole pinyin");
    assert_eq!(found("家园 3", &[]), ["小明家园3栋"], "every part must be found");
    assert_eq!(found("小明家园", &["resident"]), [] as [&str; 0]);
    assert_eq!(found("\"; DROP", &[]), [] as [&str; 0], "nothing is syntax");
    assert_eq!(found("  ", &[]), [] as [&str; 0]);
    save(&desk, record(1), "resident", &[Wish::put("name", "王晓明")]);
    assert_eq!(found("小明", &["resident"]), ["李小明"], "the old name is gone");
}

#[test]
fn what_finds_a_text_in_the_model_finds_it_here() {
    let desk = Desk::new();
    let names = ["吕布", "单雄信", "解放路12-3号", "Ａ座 重庆小区", "长乐苑"];
    for (n, name) in (1..).zip(names) {
        save(&desk, record(n), "building", &[Wish::put("name", name)]);
    }
    let queries =
        ["吕", "lb", "lv", "lü", "shan", "sxx", "12-3", "2-3号", "a座", "重庆", "cqxq", "zqxq", "cly", "布", "jie"];
    for query in queries {
        let rows = desk.store.search(query, &[], 20).unwrap();
        for name in names.iter().filter(|n| gridwalk_model::search_key::matches(query, n)) {
            assert!(titles(&rows).contains(name), "{query} finds {name}");
        }
    }
}

#[test]
fn a_list_comes_in_pages_along_its_order() {
    let desk = Desk::new();
    for n in 1..=12 {
        save(&desk, record(n), "building", &[Wish::put("name", format!("{n}栋"))]);
    }
    let mut filter = RowFilter { limit: 5, ..RowFilter::kind("building") };
    let mut all = Vec::new();
    loop {
        let page = desk.store.rows(&filter).unwrap();
        let Some(last) = page.last() else { break };
        filter.after = Some((last.sort.clone(), last.record));
        all.extend(page);
    }
    let expected: Vec<String> = (1..=12).map(|n| format!("{n}栋")).collect();
    assert_eq!(titles(&all), expected, "2 before 10");
}

#[test]
fn what_is_below_a_place_is_at_home_where_the_place_is() {
    let desk = Desk::new();
    let (here, there) = (RecordId([0xa1; 16]), RecordId([0xa2; 16]));
    save(&desk, here, "unit", &[Wish::put("name", "一网格"), Wish::put("parent", RecordId(UNIT.0))]);
    save(&desk, record(2), "dwelling", &[Wish::put("parent", record(1)), Wish::put("number", "301")]);
    save(&desk, record(3), "household", &[Wish::put("parent", record(2))]);
    assert_eq!(desk.store.row(record(3)).unwrap().unwrap().unit, Some(UNIT), "the building is not here yet");
    save(&desk, record(1), "building", &[Wish::put("unit", here), Wish::put("name", "甲")]);
    let unit = |n| desk.store.row(record(n)).unwrap().unwrap().unit;
    assert_eq!([unit(1), unit(2), unit(3)], [Some(here.unit()); 3]);
    save(&desk, record(1), "building", &[Wish::put("unit", there)]);
    assert_eq!([unit(1), unit(2), unit(3)], [Some(there.unit()); 3], "a move takes all that is below along");
    let below = RowFilter { unit: Some(UNIT), with_below: true, ..RowFilter::kind("dwelling") };
    assert!(desk.store.rows(&below).unwrap().is_empty());
    save(&desk, there, "unit", &[Wish::put("name", "二网格"), Wish::put("parent", here)]);
    assert_eq!(desk.store.rows(&below).unwrap().len(), 1, "two levels down");
    assert_eq!(desk.store.children(record(1)).unwrap()[0].record, record(2));
    assert_eq!(desk.store.status_counts("dwelling", Some(here.unit())).unwrap().iter().map(|s| s.1).sum::<u64>(), 1);
}

#[test]
fn near_is_by_metres_and_a_grid_is_by_its_boundary() {
    let desk = Desk::new();
    let at = |lat, lon| Point::from_degrees(lat, lon).unwrap();
    let here = at(34.6, 119.2);
    for (n, lat) in [(1, 34.6004), (2, 34.6001), (3, 34.61)] {
        let point = at(lat, 119.2).to_value();
        save(&desk, record(n), "building", &[Wish::put("name", format!("{n}栋")), Wish::put("point", point)]);
    }
    let near = desk.store.near(&here, 100.0, &["building"], 10).unwrap();
    assert_eq!(near.iter().map(|(r, _)| r.record).collect::<Vec<_>>(), [record(2), record(1)], "the nearest first");
    assert!((10.0..13.0).contains(&near[0].1), "{}", near[0].1);
    assert!(desk.store.near(&here, 100.0, &["case"], 10).unwrap().is_empty());
    let square = |lat: i32, lon: i32, side: i32| {
        Polygon::new(vec![(lat, lon), (lat, lon + side), (lat + side, lon + side), (lat + side, lon)])
            .unwrap()
            .to_value()
    };
    let (lat, lon) = (here.lat_e7, here.lon_e7);
    let unit = |desk: &Desk, n: u8, boundary: Value| {
        save(desk, record(n), "unit", &[Wish::put("name", "网格"), Wish::put("boundary", boundary)]);
    };
    unit(&desk, 10, square(lat - 50_000, lon - 50_000, 100_000));
    unit(&desk, 11, square(lat - 1_000, lon - 1_000, 2_000));
    assert_eq!(desk.store.which_grid(&here, 20_000).unwrap(), Some(UnitId([11; 16])), "the smallest");
    assert_eq!(desk.store.which_grid(&at(34.603, 119.2), 20_000).unwrap(), Some(UnitId([10; 16])));
    assert_eq!(desk.store.which_grid(&at(35.0, 119.2), 20_000).unwrap(), None);
    save(&desk, record(2), "building", &[Wish::clear("point")]);
    assert_eq!(desk.store.near(&here, 100.0, &[], 10).unwrap().len(), 1);
}

#[test]
fn which_grid_picks_the_edition_of_the_day() {
    let desk = Desk::new();
    let here = Point::from_degrees(34.6, 119.2).unwrap();
    let (lat, lon) = (here.lat_e7, here.lon_e7);
    let box_of = |west: i32, east: i32| {
        let ring = vec![(lat - 100, west), (lat - 100, east), (lat + 100, east), (lat + 100, west)];
        Polygon::new(ring).unwrap().to_value()
    };
    for n in [10, 11] {
        save(&desk, record(n), "unit", &[Wish::put("name", format!("{n}"))]);
    }
    // edition, unit, box, from, until: the line between the two grids moves west on day 100.
    let editions = [
        (20, 10, box_of(lon - 1_000, lon + 500), 50, Some(100)),
        (21, 11, box_of(lon + 500, lon + 1_000), 50, Some(100)),
        (22, 10, box_of(lon - 1_000, lon - 500), 100, None),
        (23, 11, box_of(lon - 500, lon + 1_000), 100, None),
    ];
    for (n, unit, ring, from, until) in editions {
        let mut wishes = vec![Wish::put("parent", record(unit)), Wish::put("boundary", ring)];
        wishes.push(Wish::put("valid_from", Value::Int(from)));
        wishes.extend(until.map(|day| Wish::put("valid_to", Value::Int(day))));
        save(&desk, record(n), "boundary", &wishes);
    }
    let unit = |n: u8| Some(UnitId(record(n).0));
    let found = |day| desk.store.which_grid(&here, day).unwrap();
    assert_eq!((found(49), found(50), found(99)), (None, unit(10), unit(10)));
    assert_eq!((found(100), found(500)), (unit(11), unit(11)));
    save(
        &desk,
        record(24),
        "boundary",
        &[
            Wish::put("parent", record(11)),
            Wish::put("boundary", box_of(lon + 500, lon + 1_000)),
            Wish::put("valid_from", Value::Int(200)),
        ],
    );
    assert_eq!((found(199), found(200)), (unit(11), None), "of two editions that hold, the later one counts");
}

/// The plan of a statement, one step a line.
fn plan(db: &Connection, sql: &str, bound: &[(&str, rusqlite::types::Value)]) -> Vec<String> {
    let mut statement = db.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
    let params: Vec<(&str, &dyn rusqlite::ToSql)> =
        bound.iter().map(|(n, v)| (*n, v as &dyn rusqlite::ToSql)).collect();
    statement.query_map(params.as_slice(), |r| r.get(3)).unwrap().collect::<Result<_, _>>().unwrap()
}

#[test]
fn no_list_and_no_search_scans_the_records() {
    let (desk, mut server) = (Desk::new(), Server::default());
    for n in 1..=30 {
        desk.save(record(n), &[Wish::put("name", format!("{n}栋"))]);
    }
    desk.sync(&mut server);
    assert!(desk.store.space(SPACE).unwrap().checked_at.is_some());
    let db = desk.raw();
    let building = RowFilter::kind("building");
    let after = Some((String::from("1"), record(1)));
    let filters = [
        building.clone(),
        RowFilter { after: after.clone(), ..building.clone() },
        RowFilter { unit: Some(UNIT), ..building.clone() },
        RowFilter { unit: Some(UNIT), with_below: true, after, ..building.clone() },
        RowFilter { status: Some("new".into()), ..building },
        RowFilter::children(record(1)),
    ];
    let mut plans: Vec<Vec<String>> = Vec::new();
    for filter in &filters {
        let (sql, bound) = filter.statement();
        plans.push(plan(&db, &sql, &bound));
    }
    for sql in gridwalk_store::search_statements() {
        plans.push(plan(&db, &sql, &[]));
    }
    for plan in plans {
        let scans: Vec<&String> =
            plan.iter().filter(|step| step.starts_with("SCAN view_row") || step.starts_with("SCAN r")).collect();
        assert!(scans.is_empty(), "{plan:#?}");
    }
}
