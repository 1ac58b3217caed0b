//! Tables of people, buildings, premises and staff go in, again, and back out.
//!
//! Owns what an import does to the register as the library does it. Refuses to spawn the program.

#![expect(clippy::unwrap_used, reason = "a test's failure is the message")]

use gridwalk_model::RecordId;
use gridwalk_model::id::{AccountId, SpaceId, UnitId};
use gridwalk_model::id_number::check_digit;
use gridwalk_model::kind::Kind;
use gridwalk_model::state::State;
use gridwalk_model::state_codec::read_state;
use gridwalk_model::unit_code::UnitCode;
use gridwalk_model::value::Value;
use gridwalk_model::wish::Wish;
use gridwalk_server::admin::{Admin, FieldPurpose, ImportOptions, InitPlan, NewAccount, UnitTable};
use gridwalk_server::console::{self, ConsoleWrite};
use gridwalk_server::import::mapping::Corrections;
use gridwalk_server::import::undo::{LeftAlone, Undone};
use gridwalk_server::import::{MapGiven, NotImported, Report, Request, What};
use gridwalk_server::{Server, ServerError, ServerOptions, verify};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::time::{SystemTime, UNIX_EPOCH};

const UNITS: &str = "code,name,parent,level,kind
3304,嘉兴市,33,prefecture,
330402,南湖区,3304,county,
330402001,甲街道,330402,township,subdistrict
330402001001,一社区,330402001,village,residents_committee
";
const GRID: &str = "330402001001001";

struct Town {
    admin: Admin,
    space: SpaceId,
    grid: UnitId,
    _scratch: tempfile::TempDir,
}

impl Town {
    fn new() -> Self {
        let scratch = tempfile::tempdir().unwrap();
        let mut options = ServerOptions::new(scratch.path());
        options.durable = false;
        let admin = Admin::new(Server::create(options).unwrap());
        let code = UnitCode::parse("330402").unwrap();
        let plan = InitPlan { code, city_name: None, county_name: None, admin: NewAccount::new("li", "李四") };
        admin.init(&plan).unwrap();
        let table = UnitTable::read(UNITS.as_bytes()).unwrap();
        admin.import_units(&table, ImportOptions { grids: 2, update_names: false }, |_, _| ()).unwrap();
        let grid = admin.units(Some(GRID)).unwrap().remove(0);
        Self { admin, space: grid.space, grid: grid.id, _scratch: scratch }
    }

    fn records(&self, kind: Kind) -> Vec<State> {
        let rows = self.admin.server().read(|r| r.tx.states_after(self.space, None, 10_000)).unwrap();
        let states = rows.iter().filter(|row| row.kind == kind.name()).map(|row| read_state(&row.bytes).unwrap());
        states.filter(|state| !state.is_deleted()).collect()
    }

    fn counts(&self) -> BTreeMap<&'static str, usize> {
        let kinds = [Kind::Estate, Kind::Building, Kind::Dwelling, Kind::Household, Kind::Resident, Kind::Premises];
        kinds.into_iter().map(|kind| (kind.name(), self.records(kind).len())).filter(|(_, n)| *n > 0).collect()
    }

    fn named(&self, kind: Kind, name: &str) -> State {
        let is = |state: &State| texts(state, "name").contains(&name.to_owned());
        self.records(kind).into_iter().find(is).unwrap_or_else(|| panic!("no {kind} {name}"))
    }

    /// What a gridworker typed, who had seen the record as it is.
    fn typed(&self, state: &State, wishes: &[Wish]) {
        self.admin
            .server()
            .write(|w| {
                let wanted = ConsoleWrite {
                    author: AccountId([9; 16]),
                    machine: false,
                    judged: false,
                    space: self.space,
                    record: state.record,
                    kind: state.kind(),
                    unit: self.grid,
                    wishes,
                    basis: None,
                };
                console::write(w, &wanted).map(|_| ())
            })
            .unwrap();
    }

    fn import(&self, request: &Request<'_>) -> Report {
        self.admin.import_table(request, |_, _| true).unwrap_or_else(|e| panic!("{e:?}"))
    }

    fn undo(&self, import: Option<i64>) -> Undone {
        self.admin.undo_import(import.unwrap(), |_, _| true).unwrap()
    }

    /// The journal folds to what is stored, and the digests are those of the rows.
    fn verify(&self) {
        let findings = self.admin.server().read(|r| verify::digests(r, self.space)).unwrap();
        assert!(findings.is_ok(), "{findings:?}");
    }
}

fn texts(state: &State, field: &str) -> Vec<String> {
    let heads = state.fields.get(field).into_iter().flat_map(|register| &register.heads);
    heads.filter_map(|head| head.value.as_ref()?.as_text().map(str::to_owned)).collect()
}

fn request(what: What, bytes: &[u8]) -> Request<'_> {
    Request {
        what,
        file: "t.csv",
        bytes,
        unit: GRID,
        sheet: None,
        map: None,
        corrections: Corrections::default(),
        dry_run: false,
        skip_blocked: false,
        only_empty: false,
    }
}

fn people(rows: &str) -> String {
    format!("小区,楼栋,单元,房号,姓名,性别,身份证号,与户主关系,联系电话\n{rows}")
}

const FAMILY: &str = "香樟苑,3幢,1,101,王小明,男,,户主,13800000001
香樟苑,3幢,1,101,李芳,女,11010519491231002X,配偶,
香樟苑,3幢,1,102,,,,,
香樟苑,3幢,2,201,赵六,男,,户主,13800000003
";

#[test]
fn what_stands_in_a_table_is_told_once_as_it_stands_there_and_differences_are_not_called_the_same() {
    let town = Town::new();
    let told = |what, table: &str| {
        let report = town.import(&Request { dry_run: true, ..request(what, table.as_bytes()) });
        let place = |p: &gridwalk_server::import::Problem| {
            format!("{}{} {} {} {}", p.column, p.row, p.code.code(), p.found, p.other_row)
        };
        report.problems.iter().map(place).collect::<Vec<_>>()
    };
    let doors = "楼栋,层数,房号\n1幢,6,101\n1幢,9,101\n1幢,6,101\n";
    assert_eq!(told(What::Buildings, doors), ["B3 differs_from_row 9 2", "4 row_twice 101 2"]);
    let shops = "场所名称,场所类型\n黑店,赌场\n";
    assert_eq!(told(What::Premises, shops), ["B2 word_unknown 赌场 0"], "and not that it is missing, too");
    let born = "楼栋,房号,姓名,出生日期\n1幢,101,甲,2090-01-01\n";
    assert_eq!(told(What::People, born), ["D2 birth_unborn 2090-01-01 0"]);
}

#[test]
fn a_table_goes_in_once_and_a_second_time_changes_nothing() {
    let town = Town::new();
    let table = people(FAMILY);
    let dry = town.import(&Request { dry_run: true, ..request(What::People, table.as_bytes()) });
    assert!(town.counts().is_empty(), "a dry run writes nothing");
    let first = town.import(&request(What::People, table.as_bytes()));
    assert_eq!((&first.created, &first.changed), (&dry.created, &dry.changed));
    let wanted: BTreeMap<&str, usize> =
        [("estate", 1), ("building", 1), ("dwelling", 3), ("household", 2), ("resident", 3)].into();
    assert_eq!(town.counts(), wanted);
    assert_eq!(first.created, wanted.iter().map(|(kind, n)| (*kind, *n as u64)).collect());
    let li = town.named(Kind::Resident, "李芳");
    assert_eq!(li.fields["birth"].heads[0].value, Some(Value::Int(-7306)), "read off the identity number");
    assert_eq!(texts(&li, "sex"), ["2"]);
    town.verify();
    let again = town.import(&request(What::People, table.as_bytes()));
    assert_eq!((again.same, again.created.len(), again.changed.len(), again.kept), (10, 0, 0, 0));
    assert!(again.remembered, "the mapping is known by its headings");
    assert_eq!(town.counts(), wanted);
    town.verify();
}

#[test]
fn what_people_typed_in_between_is_kept_or_stands_beside_what_the_table_says_now() {
    let town = Town::new();
    let table = people(FAMILY);
    town.import(&request(What::People, table.as_bytes()));
    let (wang, zhao) = (town.named(Kind::Resident, "王小明"), town.named(Kind::Resident, "赵六"));
    town.typed(&wang, &[Wish::put("phone", "13900000001"), Wish::put("name", "王晓明")]);
    town.typed(&zhao, &[Wish::put("phone", "13900000003")]);
    // The table says the same of Wang, and something new of Zhao.
    let table = people(&FAMILY.replace("13800000003", "13700000003"));
    let again = town.import(&request(What::People, table.as_bytes()));
    assert_eq!((again.kept, again.disagreements), (2, 1), "{again:?}");
    assert_eq!(again.changed, BTreeMap::from([("resident", 1)]));
    let wang = town.named(Kind::Resident, "王晓明");
    assert_eq!(texts(&wang, "phone"), ["13900000001"], "kept");
    let mut phones = texts(&town.named(Kind::Resident, "赵六"), "phone");
    phones.sort();
    assert_eq!(phones, ["13700000003", "13900000003"], "both stand there, for somebody to decide");
    assert_eq!(town.records(Kind::Resident).len(), 3, "a name that was corrected makes no twin");
    // The same table once more adds nothing to the disagreement.
    let third = town.import(&request(What::People, table.as_bytes()));
    assert_eq!((third.changed.len(), third.disagreements), (0, 0));
    town.verify();
}

#[test]
fn a_value_that_nobody_touched_is_replaced_and_an_import_undone_puts_it_back() {
    let town = Town::new();
    town.import(&request(What::People, people(FAMILY).as_bytes()));
    let changed = people(&FAMILY.replace("13800000003", "13700000003"));
    let second = town.import(&request(What::People, changed.as_bytes()));
    assert_eq!(second.disagreements, 0);
    assert_eq!(texts(&town.named(Kind::Resident, "赵六"), "phone"), ["13700000003"]);
    let undone = town.undo(second.import);
    assert_eq!((undone.put_back, undone.deleted, undone.left_alone), (1, 0, 0));
    assert_eq!(texts(&town.named(Kind::Resident, "赵六"), "phone"), ["13800000003"]);
    // What was taken back can be imported again, and is no disagreement with itself.
    let third = town.import(&request(What::People, changed.as_bytes()));
    assert_eq!((third.disagreements, third.changed.len()), (0, 1));
    town.verify();
}

#[test]
fn an_import_is_undone_as_one_but_for_what_people_changed_since() {
    let town = Town::new();
    let table = people(FAMILY);
    let first = town.import(&request(What::People, table.as_bytes()));
    town.typed(&town.named(Kind::Resident, "赵六"), &[Wish::put("note", "耳背")]);
    let undone = town.undo(first.import);
    // Zhao stays, and what he stands in: household, dwelling, building, estate.
    assert_eq!((undone.deleted, undone.left_alone), (5, 5), "{undone:?}");
    let why: Vec<_> = undone.left.iter().map(|left| (left.kind.as_str(), left.why)).collect();
    assert_eq!(why[0], ("resident", LeftAlone::ChangedSince));
    assert!(why[1..].iter().all(|(_, why)| *why == LeftAlone::StandsAbove));
    let left: BTreeMap<&str, usize> =
        [("estate", 1), ("building", 1), ("dwelling", 1), ("household", 1), ("resident", 1)].into();
    assert_eq!(town.counts(), left);
    assert!(matches!(
        town.admin.undo_import(first.import.unwrap(), |_, _| true),
        Err(ServerError::Refused("import_undone"))
    ));
    // Imported again, all is there once more, and nobody twice.
    let again = town.import(&request(What::People, table.as_bytes()));
    assert_eq!((again.created["resident"], again.same), (2, 5), "{again:?}");
    assert_eq!(town.records(Kind::Resident).len(), 3);
    assert_eq!(town.admin.imports().unwrap().iter().filter(|run| run.what == What::People.name()).count(), 2);
    town.verify();
}

#[test]
fn what_a_person_deleted_is_not_made_again() {
    let town = Town::new();
    let table = people(FAMILY);
    town.import(&request(What::People, table.as_bytes()));
    town.typed(&town.named(Kind::Resident, "赵六"), &[Wish::Delete]);
    let again = town.import(&request(What::People, table.as_bytes()));
    assert_eq!((again.gone, again.created.len()), (1, 0));
    assert_eq!(town.records(Kind::Resident).len(), 2);
}

#[test]
fn what_stands_here_from_the_field_is_met_and_not_doubled() {
    let town = Town::new();
    town.import(&request(What::People, people(FAMILY).as_bytes()));
    // Another office calls the columns otherwise: another source, the same people.
    let other = "门牌楼,楼号,单元号,室号,姓名,公民身份号码,民族,手机\n,３号楼,01单元,101室,李芳,11010519491231002x,汉,13600000002\n,3幢,2单元,0201,赵六,,汉,13800000003\n";
    let corrections = Corrections { columns: vec!["门牌楼=-".to_owned()], ..Corrections::default() };
    let table = other.replace(",３号楼", "香樟苑,３号楼").replace(",3幢", "香樟苑,3幢");
    let corrections = Corrections { columns: vec!["门牌楼=estate.name".to_owned()], ..corrections };
    let report = town.import(&Request { corrections, ..request(What::People, table.as_bytes()) });
    assert_eq!(report.created.len(), 0, "{report:?}");
    assert_eq!(town.records(Kind::Resident).len(), 3);
    let li = town.named(Kind::Resident, "李芳");
    assert_eq!((texts(&li, "nation"), texts(&li, "phone")), (vec!["01".to_owned()], vec!["13600000002".to_owned()]));
    town.verify();
}

#[test]
fn what_is_surely_wrong_blocks_its_row_and_what_is_odd_is_told() {
    let town = Town::new();
    let table = people(
        "香樟苑,3幢,1,101,王小明,男,3.20706E+17,户主,13800000001
香樟苑,3幢,1,102,李芳,女,110105194912310021,户主,
香樟苑,3幢,1,103,张三,雄,,户主,
香樟苑,,1,104,赵六,男,,,
香樟苑,3幢,1,105,钱七,男,,户主,手机坏了
香樟苑,3幢,1,105,钱七,男,,户主,手机坏了
香樟苑,3幢,1,102,李芳芳,女,110105194912310021,户主,
",
    );
    let asked = request(What::People, table.as_bytes());
    let Err(NotImported::Blocked(report)) = town.admin.import_table(&asked, |_, _| true) else {
        panic!("a table with wrong rows goes in only if somebody says so")
    };
    let told = |report: &Report| -> Vec<(u32, String, &'static str)> {
        report.problems.iter().map(|p| (p.row, p.column.clone(), p.code.code())).collect()
    };
    let place = |row: u32, column: &str, code: &'static str| (row, column.to_owned(), code);
    let wanted = [
        place(2, "G", "digits_lost"),
        place(3, "G", "id_check_digit"),
        place(4, "F", "word_unknown"),
        place(5, "B", "missing"),
        place(6, "I", "not_that_number"),
        place(7, "I", "not_that_number"),
        place(8, "G", "id_check_digit"),
        place(8, "", "key_twice"),
    ];
    assert_eq!(told(&report), wanted);
    assert_eq!((report.rows, report.blocked_rows), (7, 6));
    assert!(town.counts().is_empty());
    let done = town.import(&Request { skip_blocked: true, ..asked });
    assert_eq!((done.created["resident"], done.blocked_rows), (1, 6));
    let values = Corrections { values: vec!["sex:雄=1".to_owned()], ..Corrections::default() };
    let dry = Request { dry_run: true, corrections: values, ..request(What::People, table.as_bytes()) };
    assert!(!told(&town.import(&dry)).contains(&place(4, "F", "word_unknown")), "a word is told once what it means");
}

#[test]
fn a_childs_number_stays_out_until_somebody_states_what_for() {
    let town = Town::new();
    let year = 1970 + SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs() / 31_556_952;
    let of = |born: u64, order: &str| {
        let first = format!("110105{born}0101{order}");
        format!("{first}{}", check_digit(&first).unwrap())
    };
    let (child, adult) = (of(year - 6, "002"), of(year - 40, "001"));
    let table = people(&format!(
        "香樟苑,3幢,1,101,王小明,男,{adult},户主,13800000001\n香樟苑,3幢,1,101,王小小,女,{child},子,\n"
    ));
    let asked = request(What::People, table.as_bytes());
    let first = town.import(&asked);
    let told: Vec<_> = first.problems.iter().map(|p| (p.row, p.column.as_str(), p.code.code(), p.blocks)).collect();
    assert_eq!(told, [(3, "G", "not_in_use", false)], "told by row and column, and the row goes in");
    let number = |name: &str| texts(&town.named(Kind::Resident, name), "id_number");
    assert_eq!((number("王小明"), number("王小小")), (vec![adult], vec![]));
    assert!(!town.named(Kind::Resident, "王小小").fields["birth"].heads.is_empty(), "the birthday stays");
    assert_eq!(town.import(&asked).created.len(), 0, "again, nothing");

    let purpose = "疫苗接种登记".to_owned();
    let (kind, field) = ("resident".to_owned(), "id_number".to_owned());
    town.admin.enable_field("330402", &FieldPurpose { kind, field, purpose, days: 90, from: None }).unwrap();
    let then = town.import(&asked);
    assert_eq!((then.created.len(), then.changed.get("resident"), then.problems.len()), (0, Some(&1), 0));
    assert_eq!(number("王小小"), [child], "the same child, now with the number");
    assert_eq!(town.admin.fields_due(None).unwrap(), []);
    town.admin.disable_field("330402", "resident", "id_number").unwrap();
    assert_eq!(town.import(&asked).changed.len(), 0);
    town.verify();
}

#[test]
fn an_import_that_was_stopped_leaves_whole_chunks_and_goes_on() {
    let town = Town::new();
    let rows: Vec<String> =
        (0..700).map(|n| format!("甲苑,{}幢,1,{},人{n},男,,户主,\n", n / 50, n % 50 + 101)).collect();
    let rows = rows.concat();
    let table = people(&rows);
    let stopped = town.admin.import_table(&request(What::People, table.as_bytes()), |_, _| false).unwrap();
    assert!(stopped.stopped);
    let runs = town.admin.imports().unwrap();
    assert!(runs[0].ended_at.is_none());
    let before = town.records(Kind::Resident).len();
    assert!(before > 0 && before < 700, "{before}");
    let report = town.import(&request(What::People, table.as_bytes()));
    assert_eq!(report.created["resident"], 700 - before as u64);
    assert_eq!(town.records(Kind::Resident).len(), 700);
    town.verify();
    // Both are taken back, the later one first.
    assert_eq!(town.undo(report.import).left_alone, 0);
    let rest = town.undo(stopped.import);
    assert_eq!(rest.left_alone, 0);
    assert!(town.counts().is_empty());
}

#[test]
fn mappings_are_remembered_by_name_and_by_file() {
    let town = Town::new();
    let table = "代号,住哪幢,哪间,谁\nA1,3幢,101,王小明\nA2,3幢,102,李芳\n";
    let text = "[columns]\n\"代号\" = \"key\"\n\"住哪幢\" = \"building.name\"\n\"哪间\" = \"dwelling.number\"\n\"谁\" = \"resident.name\"\n";
    let file = MapGiven::File { name: "一社区", text };
    let first = town.import(&Request { map: Some(file), ..request(What::People, table.as_bytes()) });
    assert_eq!((first.created["resident"], first.mapping.as_str()), (2, "一社区"));
    // The next table has a further column, and people who moved and married: the number tells who they are.
    let table = "代号,住哪幢,哪间,谁,电话\nA1,3幢,102,王小明,13800000001\nA2,3幢,102,李芳芳,\n";
    let named = Request { map: Some(MapGiven::Named("一社区")), ..request(What::People, table.as_bytes()) };
    let second = town.import(&named);
    assert!(second.remembered);
    assert_eq!((second.created.get("resident"), second.changed["resident"]), (None, 2), "{second:?}");
    assert_eq!(town.records(Kind::Resident).len(), 2);
    assert_eq!(texts(&town.named(Kind::Resident, "李芳芳"), "name"), ["李芳芳"]);
}

#[test]
fn a_workbook_is_read_with_merged_cells_dates_and_two_rows_of_headings() {
    let town = Town::new();
    let book =
        workbook(&[("说明", NOTES, ""), ("人口", PEOPLE, "<cols><col min=\"6\" max=\"6\" hidden=\"1\"/></cols>")]);
    let report = town.import(&request(What::People, &book));
    assert_eq!((report.format, report.sheet.as_str()), ("xlsx", "人口"));
    assert_eq!(report.created["resident"], 3, "{report:?}");
    assert_eq!((report.created["dwelling"], report.created["household"]), (2, 2), "a merged door speaks for both rows");
    let wang = town.named(Kind::Resident, "王小明");
    assert_eq!(wang.fields["birth"].heads[0].value, Some(Value::Int(7306)), "1990-01-02 as a serial day");
    assert_eq!(texts(&wang, "phone"), ["13800000001"], "a number is no float");
    let codes: Vec<_> = report.problems.iter().map(|p| p.code.code()).collect();
    assert_eq!(codes, ["column_hidden"]);
}

#[test]
fn buildings_premises_and_staff_go_in() {
    let town = Town::new();
    let buildings = "楼栋名称,类型,层数,经度,纬度,网格\n甲楼,住宅楼,6层,120.7585,30.7469,第2网格\n乙楼,住宅楼,18,,,\n";
    let refused = town.admin.import_table(&request(What::Buildings, buildings.as_bytes()), |_, _| true);
    assert!(
        matches!(refused, Err(NotImported::File(fault)) if fault.code == "crs"),
        "untagged coordinates are refused"
    );
    let village = "330402001001";
    let corrections = Corrections { crs: Some("gcj02".to_owned()), ..Corrections::default() };
    let asked = Request { unit: village, corrections, ..request(What::Buildings, buildings.as_bytes()) };
    assert_eq!(town.import(&asked).created["building"], 2);
    let first = town.named(Kind::Building, "甲楼");
    let second_grid = town.admin.units(Some("330402001001002")).unwrap()[0].id;
    assert_eq!(first.fields["unit"].heads[0].value, Some(second_grid.record().into()));
    assert!(first.fields.contains_key("point") && first.fields["floors"].heads[0].value == Some(Value::Int(6)));
    let premises = "场所名称,类型,所在楼栋,企业名称,统一社会信用代码,负责人,电话\n老王面馆,餐饮店,甲楼,王记餐饮,91350100M000100Y43,王五,13800000009\n";
    let asked = Request { unit: village, ..request(What::Premises, premises.as_bytes()) };
    let report = town.import(&asked);
    assert_eq!((report.created["premises"], report.created["organisation"]), (1, 1), "{report:?}");
    assert_eq!(town.records(Kind::Building).len(), 2, "the building was met by its name");
    let staff = "姓名,手机,角色,网格\n张三,13800000011,网格员,第1网格\n李四四,13800000012,网格长（村社区）,330402001001\n无名,,,\n";
    let asked = Request { unit: village, skip_blocked: true, ..request(What::Staff, staff.as_bytes()) };
    let report = town.admin.import_staff(&asked).unwrap();
    assert_eq!((report.created["account"], report.created["grant"], report.blocked_rows), (2, 2, 1));
    let again = town.admin.import_staff(&asked).unwrap();
    assert_eq!((again.same, again.created["account"]), (2, 0));
    let accounts = town.admin.accounts().unwrap();
    let zhang = accounts.iter().find(|view| view.account.login == "13800000011").unwrap();
    assert_eq!((zhang.account.name.as_str(), zhang.grants[0].unit_code.as_str()), ("张三", GRID));
    assert_eq!(town.undo(report.import).roles_withdrawn, 2);
}

#[test]
fn a_cell_clears_only_when_it_says_so() {
    let town = Town::new();
    let table = |cells: &str| format!("楼栋,房号,姓名,性别,联系电话,备注\n8幢,101,{cells}\n");
    let import = |cells: &str| town.import(&request(What::People, table(cells).as_bytes()));
    let says = |field: &str| texts(&town.named(Kind::Resident, "王小明"), field);
    import("王小明,男,13800000001,独居");
    import("王小明,男,,");
    assert_eq!((says("phone"), says("note")), (vec!["13800000001".into()], vec!["独居".into()]), "empty says nothing");
    let cleared = import("王小明,男,-清空-,独居");
    assert_eq!(cleared.changed["resident"], 1, "{cleared:?}");
    assert!(says("phone").is_empty() && !says("note").is_empty());
    assert!(import("王小明,男,（清空）,独居").changed.is_empty(), "again, nothing");
    town.undo(cleared.import);
    assert_eq!(says("phone"), ["13800000001"]);
    // What people typed meanwhile is not cleared under their hands.
    let wang = town.named(Kind::Resident, "王小明");
    town.typed(&wang, &[Wish::put("phone", "13900000009")]);
    let beside = import("王小明,男,(clear),独居");
    assert_eq!((beside.disagreements, says("phone")), (1, vec!["13900000009".into()]), "{beside:?}");
    // A record cannot be without its name.
    let refused = town.admin.import_table(&request(What::People, table("-清空-,男,,").as_bytes()), |_, _| true);
    let Err(NotImported::Blocked(report)) = refused else { panic!("{refused:?}") };
    assert_eq!((report.problems[0].code.code(), report.problems[0].column.as_str()), ("cannot_clear", "C"));
    // A whole column may be declared, and that is remembered by its headings.
    let corrections = Corrections { empty_clears: vec!["note".to_owned()], ..Corrections::default() };
    let bytes = table("王小明,男,,");
    town.import(&Request { corrections, ..request(What::People, bytes.as_bytes()) });
    assert!(says("note").is_empty());
    town.typed(&town.named(Kind::Resident, "王小明"), &[Wish::put("note", "有犬")]);
    assert_eq!((import("王小明,男,,").kept, says("note")), (1, vec!["有犬".into()]), "the table says nothing new");
    town.verify();
}

#[test]
fn a_sensitive_cell_is_named_by_the_dry_run_and_not_repeated() {
    let town = Town::new();
    let table = "楼栋,房号,姓名,性别,健康状况,宗教信仰\n8幢,101,王小明,男,有慢性病,佛教\n8幢,102,李芳,女,良好,\n";
    let asked = Request { dry_run: true, ..request(What::People, table.as_bytes()) };
    let looked = town.import(&asked);
    let told: Vec<_> =
        looked.problems.iter().map(|p| (p.code.code(), p.row, p.column.as_str(), p.found.as_str())).collect();
    let cell = |row, column| ("not_in_use", row, column, "…");
    assert_eq!(told, [cell(2, "E"), cell(2, "F"), cell(3, "E")], "{looked:?}");
    let text = serde_json::to_string(&looked).unwrap();
    assert!(!text.contains("佛教") && !text.contains("良好"), "known word or not: {text}");
    assert_eq!(looked.blocked_rows, 0, "what is left out blocks nobody");
    town.import(&Request { dry_run: false, ..asked });
    assert!(town.named(Kind::Resident, "王小明").fields.keys().all(|field| field != "health" && field != "religion"));
}

#[test]
fn staff_fill_posts_and_are_taken_back_as_one() {
    let town = Town::new();
    let posts = || {
        let posts = town.admin.posts(Some(GRID)).unwrap();
        posts.into_iter().map(|p| (p.role, p.number, p.name.unwrap_or_default())).collect::<Vec<_>>()
    };
    let staff = "姓名,手机,角色,网格,网格岗位,岗位序号\n张三,13800000011,网格员,第1网格,网格员,\n周律师,13800000012,网格员,第1网格,法律顾问,2\n钱七,13800000013,网格员,第1网格,,\n";
    let asked = request(What::Staff, staff.as_bytes());
    let dry = town.admin.import_staff(&Request { dry_run: true, ..asked.clone() }).unwrap();
    assert_eq!((dry.created["post"], posts().iter().all(|post| post.2.is_empty())), (3, true), "a dry run fills none");
    let report = town.admin.import_staff(&asked).unwrap();
    assert_eq!((report.created["post"], report.created["account"]), (3, 3));
    let held = || posts().into_iter().filter(|post| !post.2.is_empty()).collect::<Vec<_>>();
    let post = |role: &str, number, name: &str| (role.to_owned(), number, name.to_owned());
    // Who is given a post by the table fills that one; who is given none, that of the role.
    let filled = [post("gridworker", 1, "张三"), post("gridworker", 2, "钱七"), post("legal_adviser", 2, "周律师")];
    assert_eq!(held(), filled);
    let again = town.admin.import_staff(&asked).unwrap();
    assert!(!again.created.contains_key("post") && !again.changed.contains_key("post"), "{again:?}");
    let other = staff.replace("周律师,13800000012", "郑律师,13800000014");
    let changed = town.admin.import_staff(&request(What::Staff, other.as_bytes())).unwrap();
    assert_eq!((changed.changed["post"], held()[2].2.as_str()), (1, "郑律师"));
    let undone = town.undo(changed.import);
    assert_eq!((undone.put_back, undone.left_alone, held()), (1, 0, filled.to_vec()));
    let undone = town.undo(report.import);
    assert_eq!((undone.put_back, undone.roles_withdrawn), (3, 3), "{undone:?}");
    assert_eq!((held(), posts().len()), (vec![], 7), "nobody opened one");
    let wrong = staff.replace("法律顾问", "厨师");
    let refused = town.admin.import_staff(&request(What::Staff, wrong.as_bytes())).unwrap_err();
    assert!(matches!(refused, NotImported::Blocked(report) if report.problems[0].column == "E"));
}

#[test]
fn ids_follow_from_what_the_table_says() {
    let (one, other) = (Town::new(), Town::new());
    let ids = |town: &Town| -> Vec<RecordId> { town.records(Kind::Resident).iter().map(|s| s.record).collect() };
    one.import(&request(What::People, people(FAMILY).as_bytes()));
    other.import(&request(What::People, people(FAMILY).as_bytes()));
    assert_ne!(ids(&one), ids(&other), "another server, another secret");
    let undone = one.admin.imports().unwrap()[0].id;
    let before = ids(&one);
    one.undo(Some(undone));
    one.import(&request(What::People, people(FAMILY).as_bytes()));
    assert!(ids(&one).iter().all(|id| !before.contains(id)), "what was deleted stays deleted");
}

const NOTES: &str = "<row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>填表说明</t></is></c></row>";
/// A title over all columns, two rows of headings, a door merged over two rows, a date as a serial day, a phone as a number.
const PEOPLE: &str = "<row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>一社区人口登记表</t></is></c></row>\
<row r=\"2\"><c r=\"A2\" t=\"inlineStr\"><is><t>住址</t></is></c><c r=\"C2\" t=\"inlineStr\"><is><t>成员</t></is></c></row>\
<row r=\"3\"><c r=\"A3\" t=\"inlineStr\"><is><t>楼栋</t></is></c><c r=\"B3\" t=\"inlineStr\"><is><t>房号</t></is></c>\
<c r=\"C3\" t=\"inlineStr\"><is><t>姓名</t></is></c><c r=\"D3\" t=\"inlineStr\"><is><t>出生日期</t></is></c>\
<c r=\"E3\" t=\"inlineStr\"><is><t>手机</t></is></c><c r=\"F3\" t=\"inlineStr\"><is><t>备注</t></is></c></row>\
<row r=\"4\"><c r=\"A4\" t=\"inlineStr\"><is><t>3幢</t></is></c><c r=\"B4\"><v>101</v></c>\
<c r=\"C4\" t=\"inlineStr\"><is><t>王小明</t></is></c><c r=\"D4\" s=\"1\"><v>32875</v></c><c r=\"E4\"><v>13800000001</v></c></row>\
<row r=\"5\"><c r=\"C5\" t=\"inlineStr\"><is><t>李芳 </t></is></c><c r=\"D5\" t=\"inlineStr\"><is><t>1991.2.3</t></is></c></row>\
<row r=\"7\"><c r=\"A7\" t=\"inlineStr\"><is><t>3幢</t></is></c><c r=\"B7\"><v>102</v></c>\
<c r=\"C7\" t=\"inlineStr\"><is><t>赵六</t></is></c></row>";

/// A workbook of sheets: name, rows, what stands before the rows.
fn workbook(sheets: &[(&str, &str, &str)]) -> Vec<u8> {
    let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    let relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let package = "http://schemas.openxmlformats.org/package/2006/relationships";
    let mut parts = vec![
        (
            "[Content_Types].xml".to_owned(),
            "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"/>".to_owned(),
        ),
        (
            "_rels/.rels".to_owned(),
            format!(
                "<Relationships xmlns=\"{package}\"><Relationship Id=\"rId1\" Type=\"{relations}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"
            ),
        ),
        (
            "xl/styles.xml".to_owned(),
            format!(
                "<styleSheet xmlns=\"{main}\"><cellXfs count=\"2\"><xf numFmtId=\"0\"/><xf numFmtId=\"14\"/></cellXfs></styleSheet>"
            ),
        ),
    ];
    let (mut list, mut links) = (String::new(), String::new());
    for (nth, (name, rows, before)) in sheets.iter().enumerate() {
        let n = nth + 1;
        write!(list, "<sheet name=\"{name}\" sheetId=\"{n}\" r:id=\"rId{n}\"/>").unwrap();
        write!(
            links,
            "<Relationship Id=\"rId{n}\" Type=\"{relations}/worksheet\" Target=\"worksheets/sheet{n}.xml\"/>"
        )
        .unwrap();
        let merged = "<mergeCells count=\"3\"><mergeCell ref=\"A1:F1\"/><mergeCell ref=\"A4:A5\"/><mergeCell ref=\"B4:B5\"/></mergeCells>";
        let sheet = format!("<worksheet xmlns=\"{main}\">{before}<sheetData>{rows}</sheetData>{merged}</worksheet>");
        parts.push((format!("xl/worksheets/sheet{n}.xml"), sheet));
    }
    parts.push((
        "xl/workbook.xml".to_owned(),
        format!("<workbook xmlns=\"{main}\" xmlns:r=\"{relations}\"><sheets>{list}</sheets></workbook>"),
    ));
    parts.push(("xl/_rels/workbook.xml.rels".to_owned(), format!("<Relationships xmlns=\"{package}\">{links}<Relationship Id=\"rId99\" Type=\"{relations}/styles\" Target=\"styles.xml\"/></Relationships>")));
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, text) in parts {
        archive.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        archive.write_all(text.as_bytes()).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

/// A cell that says it stands where no cell can is a damaged file, and nothing else.
#[test]
fn a_cell_without_a_place_is_a_damaged_workbook() {
    let rows = "<row r=\"1\"><c r=\"inlineStr\"><v>1</v></c><c r=\"ZZZZZZZZZZ99999999999\"><v>1</v></c></row>";
    let town = Town::new();
    let refused = town.admin.import_table(&request(What::People, &workbook(&[("人口", rows, "")])), |_, _| true);
    assert!(matches!(refused, Err(NotImported::File(fault)) if fault.code == "damaged"));
}

/// A workbook that unpacks to more than any table is not opened, whatever it says of its size.
#[test]
fn a_workbook_that_unpacks_without_end_is_not_opened() {
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    archive.start_file("xl/worksheets/sheet1.xml", zip::write::SimpleFileOptions::default()).unwrap();
    let zeros = vec![b' '; 1 << 20];
    for _ in 0..520 {
        archive.write_all(&zeros).unwrap();
    }
    let bytes = archive.finish().unwrap().into_inner();
    assert!(bytes.len() < 1 << 20, "{}", bytes.len());
    let town = Town::new();
    let refused = town.admin.import_table(&request(What::People, &bytes), |_, _| true);
    assert!(matches!(refused, Err(NotImported::File(fault)) if fault.code == "unpacks_too_large"));
}
