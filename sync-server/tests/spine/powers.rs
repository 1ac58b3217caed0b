//! Whose acts are: every act of administration, tried by each power and by people who have none.
//!
//! Owns the table of attempts. Refuses to say whose an act is: the server's own table does, and each of its codes that a login
//! causes must be attempted here. Invariant: an act that is new fails the test until somebody says whose it is.

use crate::phone::Phone;
use crate::world::{World, record, unit, write_unit};
use gridwalk_model::appraisal::Month;
use gridwalk_model::crs::MapCrs;
use gridwalk_model::edition::plan::Plan;
use gridwalk_model::hash::Hash;
use gridwalk_model::id::{DeviceId, RecordId};
use gridwalk_model::name::Name;
use gridwalk_model::role::{Role, Roles};
use gridwalk_model::rule_table::TableSort;
use gridwalk_model::unit_code::UnitCode;
use gridwalk_model::wish::Wish;
use gridwalk_server::admin::act::{ACTS, Whose};
use gridwalk_server::admin::rule_file::RuleFile;
use gridwalk_server::admin::{
    Admin, BoundaryFile, BoundaryOptions, Chosen, Erasing, FieldPurpose, ImportOptions, InitPlan, NewAccount, Password,
    PostHolder, RuleImport, UnitTable,
};
use gridwalk_server::import::mapping::Corrections;
use gridwalk_server::import::{NotImported, Request, What};
use gridwalk_server::{ServerError, grant};
use gridwalk_sync::handover::{self, HandOver};
use std::collections::{BTreeMap, BTreeSet};

const GRID: &str = "330402001001001";
const OTHER_GRID: &str = "330402001001002";
const VILLAGE: &str = "330402001001";
const OTHER_VILLAGE: &str = "330402001002";
const CODES: [(u8, &str); 6] =
    [(1, "3304"), (2, "330402"), (10, VILLAGE), (11, GRID), (12, OTHER_GRID), (20, OTHER_VILLAGE)];
const SYSTEM: &str = "system";
const SECURITY: &str = "security";
const AUDITOR: &str = "auditor";
const HERE: &str = "here";

/// How an attempt is made: by whom, and by that account's login.
type Done<'a> = &'a dyn Fn(&Admin, &str) -> Result<(), ServerError>;

/// An act: the codes by which it stands in the audit, whose it is, and how it is done.
type Act<'a> = (&'a [&'a str], &'a [&'a str], Done<'a>);

/// Everything that there is to act on, and who might.
struct Town {
    world: World,
    people: Vec<(&'static str, Phone, Role)>,
    waits: Name,
    left: Hash,
    table: RecordId,
    /// Acts of the machine by their code.
    acts: BTreeMap<String, i64>,
    /// Imports by what they were of.
    runs: BTreeMap<String, i64>,
}

fn login(n: u8) -> String {
    format!("person {n}")
}

fn request(what: What, bytes: &[u8]) -> Request<'_> {
    let (corrections, file) = (Corrections::default(), "t.csv");
    let (sheet, map, dry_run, skip_blocked, only_empty) = (None, None, false, false, false);
    Request { what, file, bytes, unit: GRID, sheet, map, corrections, dry_run, skip_blocked, only_empty }
}

fn imported<T>(done: Result<T, NotImported>) -> Result<(), ServerError> {
    match done {
        Err(NotImported::Server(error)) => Err(error),
        _ => Ok(()),
    }
}

const STAFF: &[u8] = "姓名,登录名,网格\n陈新,chenxin,330402001001001\n".as_bytes();

fn rules() -> (RuleFile, RuleImport) {
    let row = ["2027", "2027-01-01", "2027-01-03", "放假", "元旦"].map(str::to_owned).to_vec();
    let file = RuleFile { rows: [(None, vec![row])].into(), faults: Vec::new() };
    let (unit, edition, source) = ("330402".to_owned(), "2027".to_owned(), String::new());
    let plan = RuleImport { sort: TableSort::Holidays, unit, edition, source, from: Some(0), dry_run: false };
    (file, plan)
}

fn erasing() -> Erasing {
    let (reason, basis) = ("by_law".to_owned(), "x".to_owned());
    Erasing { records: vec![record(50)], reason, basis, ..Erasing::default() }
}

fn purpose() -> FieldPurpose {
    let (kind, field, purpose) = ("resident".to_owned(), "health".to_owned(), "走访".to_owned());
    FieldPurpose { kind, field, purpose, days: 30, from: None }
}

impl Town {
    fn new() -> Self {
        let world = World::new();
        let people = [
            ("worker", 1, 11, Role::Gridworker),
            (SYSTEM, 2, 1, Role::SystemAdmin),
            (SECURITY, 3, 1, Role::SecurityAdmin),
            (AUDITOR, 4, 1, Role::SecurityAuditor),
            (HERE, 5, 10, Role::VillageSupervisor),
            ("there", 6, 20, Role::VillageSupervisor),
        ];
        let people = people.map(|(name, n, of, role)| {
            let phone = world.phone(n);
            world.grant(&phone, of, role.name());
            (name, phone, role)
        });
        for (n, code) in CODES {
            let code = [Wish::put("code", code)];
            world.server.write(|w| write_unit(w, world.admin, world.reference, unit(n), &code)).unwrap();
        }
        let (none, name) = (Hash::default(), Name::default());
        let (acts, runs) = (BTreeMap::new(), BTreeMap::new());
        let mut town =
            Self { world, people: people.into(), waits: name, left: none, table: RecordId::default(), acts, runs };
        town.typed();
        town.administered();
        town
    }

    /// A place stands; a change waits; a phone handed something over.
    fn typed(&mut self) {
        let world = &self.world;
        let mut gone = world.worker(7, 11);
        let place = gone.building(world, record(50), 11, "3 幢");
        gone.push(world, &[place]);
        gone.pull(world, 1000);
        world.server.write(|w| grant::revoke(w, gone.device, None)).unwrap();
        let late = gone.put(world, record(50), "building", gridwalk_model::op::Op::put("floors", 3), vec![]);
        assert_eq!(gone.verdicts(world, std::slice::from_ref(&late)), ["quarantined"]);
        self.waits = late.name();
        let left = HandOver { device: gone.device, changes: vec![], drafts: vec![], pictures: vec![] };
        let sealed = handover::seal_left(&left, &world.server.running().key.verifying_key(), &[9; 32]).unwrap();
        self.left = handover::hash_of(&sealed);
        world.server.write(|w| w.tx.hand_over_put(self.left, left.device, w.now, &sealed)).unwrap();
    }

    /// What whoever has the machine did, to be undone by others.
    fn administered(&mut self) {
        let (world, admin) = (&self.world, Admin::new(self.world.server.clone()));
        let does = |done: &dyn Fn()| {
            world.tick(1000);
            done();
        };
        does(&|| admin.rename_unit(OTHER_GRID, "另一网格").map(drop).unwrap());
        does(&|| admin.set_post(GRID, "mediator", 1, &PostHolder::default()).map(drop).unwrap());
        does(&|| admin.move_place(record(50), OTHER_GRID, &login(5)).map(drop).unwrap());
        does(&|| admin.grant(&login(1), "mediator", GRID, &[]).map(drop).unwrap());
        does(&|| admin.add_poster(GRID, None, Some("http://grid.example")).map(drop).unwrap());
        let (file, plan) = rules();
        does(&|| admin.import_rules(&file, &plan).map(drop).unwrap());
        let units = UnitTable::read("code,name,parent,level,kind\n3304,市,33,prefecture,\n330402,区,3304,county,\n330402002,甲街道,330402,township,subdistrict\n".as_bytes()).unwrap();
        does(&|| {
            admin.import_units(&units, ImportOptions { grids: 0, update_names: false }, |_, _| ()).map(drop).unwrap();
        });
        does(&|| admin.import_staff(&request(What::Staff, STAFF)).map(drop).unwrap());
        self.table = admin.rule_tables(None).unwrap()[0].record.unwrap();
        let rows = world.server.read(|r| Ok((r.tx.audit_numbers(1000)?, r.tx.audit_newest(1000)?))).unwrap();
        self.acts = rows.0.into_iter().zip(rows.1).map(|(number, row)| (row.code, number)).rev().collect();
        self.runs = admin.imports().unwrap().into_iter().map(|run| (run.what, run.id)).collect();
    }

    /// Which of the acts are refused to each, and none to whoever it is of.
    fn try_all(&self, acts: &[Act<'_>]) {
        let lacking = ["power_lacking", "not_a_system_admin", "not_an_administrator", "erase_power"];
        let tried = |done: Done<'_>, phone: &Phone| {
            self.world.tick(1000);
            let account = self.world.server.read(|r| r.tx.account(phone.account)).unwrap().unwrap();
            let done = done(&Admin::new(self.world.server.clone()).acting_as(account.id), &account.login);
            done.err().map(|e| e.code())
        };
        for (codes, may, done) in acts {
            for (name, phone, _) in self.people.iter().filter(|(name, ..)| !may.contains(name)) {
                let refused = tried(*done, phone);
                assert!(refused.is_some_and(|code| lacking.contains(&code)), "{codes:?} by {name}: {refused:?}");
            }
        }
        // And each by those whose it is: not refused for a lack of power.
        for (codes, may, done) in acts {
            for (name, phone, _) in self.people.iter().filter(|(name, ..)| may.contains(name)) {
                let refused = tried(*done, phone);
                assert!(refused.is_none_or(|code| !lacking.contains(&code)), "{codes:?} by {name}: {refused:?}");
            }
        }
    }

    /// Every code that a login causes is attempted, by exactly those powers whose it is.
    fn are_all(&self, acts: &[Act<'_>]) {
        let by_name: BTreeMap<&str, Role> = self.people.iter().map(|(name, _, role)| (*name, *role)).collect();
        let mut tried: BTreeMap<&str, Roles> = BTreeMap::new();
        for (codes, may, _) in acts {
            let may: Roles = may.iter().map(|name| by_name[name]).collect();
            for code in *codes {
                let all = tried.entry(code).or_default();
                *all = all.and(may);
            }
        }
        // One supervisor stands here for all levels of them.
        let tested: Roles = by_name.values().copied().collect();
        for (code, _, whose) in ACTS {
            match whose {
                Whose::Of(roles) => {
                    let known: Roles = Role::ALL.into_iter().filter(|r| roles.has(*r) && tested.has(*r)).collect();
                    assert_eq!(tried.get(code), Some(&known), "{code}: whose it is, and who tries it");
                }
                Whose::AsUndone => assert!(tried.contains_key(code), "{code} is not tried"),
                Whose::Machine => assert!(tried.get(code).is_none_or(|may| may.is_empty()), "{code} is nobody's"),
                Whose::Own => {}
            }
        }
        let known: BTreeSet<&str> = ACTS.iter().map(|(code, ..)| *code).collect();
        assert!(tried.keys().all(|code| known.contains(code)), "{:?}", tried.keys());
    }
}

#[expect(clippy::too_many_lines, reason = "the table of all acts, a line each")]
#[test]
fn no_act_of_administration_is_done_by_a_power_that_is_not_its_own() {
    let town = Town::new();
    let (one, secret) = (login(1), Password::chosen("correct horse battery").unwrap());
    let undo = |code: &str| town.acts[code];
    let (renamed, posted, moved) = (undo("unit_renamed"), undo("post_set"), undo("place_moved"));
    let (granted, hung, ruled) = (undo("granted"), undo("poster_made"), undo("rule_table_imported"));
    let (units, staff) = (town.runs["units"], town.runs["staff"]);
    let boundaries = BoundaryFile { crs: MapCrs::Wgs84, drawn: Vec::new() };
    let drawn = BoundaryOptions { from_day: 0, dry_run: false, anyway: false, tolerance_m2: 1.0 };
    let table = UnitTable::read("code,name,parent,level,kind\n3304,市,33,prefecture,\n".as_bytes()).unwrap();
    let grids = ImportOptions { grids: 0, update_names: false };
    let people = "楼栋,房号,姓名\n1幢,101,甲\n".as_bytes();
    let plan = InitPlan {
        code: UnitCode::parse("3304").unwrap(),
        city_name: None,
        county_name: None,
        admin: NewAccount { password: Some(secret.clone()), ..NewAccount::new("new", "新") },
    };
    let (file, import) = rules();
    let day = 20_000;
    let acts: &[Act<'_>] = &[
        // Whoever supervises a unit, in it.
        (&["approved"], &[HERE], &|a, by| a.decide_quarantined(town.waits, None, by).map(drop)),
        (&["declined"], &[HERE], &|a, by| a.decide_quarantined(town.waits, Some("x"), by).map(drop)),
        (&["place_moved"], &[HERE], &|a, by| a.move_place(record(50), OTHER_GRID, by).map(drop)),
        (&["places_moved"], &[HERE], &|a, by| a.move_astray(VILLAGE, day, Chosen::All, by).map(drop)),
        (&["undone"], &[HERE], &|a, _| a.undo(moved, false).map(drop)),
        (&["left_over_opened"], &[SECURITY, HERE], &|a, _| a.left_over(town.left).map(drop)),
        (&["device_confirmed", "device_not_confirmed"], &[SECURITY, HERE], &|a, _| a.confirm(&one, "000000").map(drop)),
        (&["newcomer_accepted"], &[SECURITY, HERE], &|a, _| a.accept_newcomer(&one)),
        (&["newcomer_refused"], &[SECURITY, HERE], &|a, _| a.refuse_newcomer(&one, "x")),
        (&["post_set"], &[SECURITY, HERE], &|a, _| a.set_post(GRID, "mediator", 1, &PostHolder::default()).map(drop)),
        (&["post_vacated"], &[SECURITY, HERE], &|a, _| a.vacate_post(GRID, "mediator", 1, None).map(drop)),
        (&["undone"], &[SECURITY, HERE], &|a, _| a.undo(posted, false).map(drop)),
        (&["month_locked"], &[HERE], &|a, _| a.lock_month(Month::from_index(1), VILLAGE).map(drop)),
        (&["month_exported"], &[HERE], &|a, _| a.export_month(Month::from_index(1), VILLAGE).map(drop)),
        (&["ranking_switched"], &[HERE], &|a, _| a.set_ranking(VILLAGE, true).map(drop)),
        (&["poster_made"], &[SYSTEM, HERE], &|a, _| a.add_poster(GRID, None, Some("http://x")).map(drop)),
        (&["poster_withdrawn"], &[SYSTEM, HERE], &|a, _| a.withdraw_poster(1)),
        (&["undone"], &[SYSTEM, HERE], &|a, _| a.undo(hung, false).map(drop)),
        // Whoever answers for how the server works.
        (&["boundaries_imported"], &[SYSTEM], &|a, _| a.import_boundaries(&boundaries, drawn).map(drop)),
        (&["edition_applied"], &[SYSTEM], &|a, _| {
            a.apply_edition(&Plan { from_day: 0, confirmed: Vec::new() }).map(drop)
        }),
        (&["oidc_set"], &[SYSTEM], &|a, _| a.set_oidc(None)),
        (&["seal_rotated"], &[SYSTEM], &|a, _| a.rotate_seal()),
        (&["seal_exported"], &[SYSTEM], &|a, _| a.export_seal(&town.world.dir.path().join("kept.seal"))),
        (&["rule_table_imported"], &[SYSTEM], &|a, _| a.import_rules(&file, &import).map(drop)),
        (&["rule_table_withdrawn"], &[SYSTEM], &|a, _| a.withdraw_rules(town.table).map(drop)),
        (&["undone"], &[SYSTEM], &|a, _| a.undo(ruled, false).map(drop)),
        (&["units_imported", "import_begun"], &[SYSTEM], &|a, _| a.import_units(&table, grids, |_, _| ()).map(drop)),
        (&["import_begun", "import_stopped", "imported"], &[SYSTEM], &|a, _| {
            imported(a.import_table(&request(What::People, people), |_, _| true))
        }),
        (&["import_undone"], &[SYSTEM], &|a, _| a.undo_import(units, |_, _| true).map(drop)),
        (&["unit_added"], &[SYSTEM], &|a, _| a.add_unit("330402001001003", "新网格", None).map(drop)),
        (&["unit_renamed"], &[SYSTEM], &|a, _| a.rename_unit(GRID, "又一网格").map(drop)),
        (&["undone"], &[SYSTEM], &|a, _| a.undo(renamed, false).map(drop)),
        (&["unit_duty_set"], &[SYSTEM], &|a, _| a.set_duty(GRID, "0573-83000005", None).map(drop)),
        (&["unit_powers_set"], &[SYSTEM], &|a, _| a.set_powers(GRID, &["order".to_owned()]).map(drop)),
        (&["unit_moved"], &[SYSTEM], &|a, _| a.move_unit(OTHER_GRID, OTHER_VILLAGE).map(drop)),
        (&["unit_removed"], &[SYSTEM], &|a, _| a.remove_unit(GRID).map(drop)),
        // Whoever answers for people.
        (&["account_added"], &[SECURITY], &|a, _| a.add_account(&plan.admin).map(drop)),
        (&["granted"], &[SECURITY], &|a, _| a.grant(&one, "handler", GRID, &[]).map(drop)),
        (&["granted", "granted_until"], &[SECURITY], &|a, _| {
            a.grant_until(&one, "inspector", GRID, &[], 80_000).map(drop)
        }),
        (&["withdrawn"], &[SECURITY], &|a, _| a.ungrant(&one, "handler", GRID).map(drop)),
        (&["undone"], &[SECURITY], &|a, _| a.undo(granted, false).map(drop)),
        (&["substituted"], &[SECURITY], &|a, _| a.substitute(&one, &login(5), 1, 2).map(drop)),
        (&["enrol_code_made"], &[SECURITY], &|a, _| a.enrol_code(&one).map(drop)),
        (&["login_code_made"], &[SECURITY], &|a, _| a.login_code(&one).map(drop)),
        (&["password_set"], &[SECURITY], &|a, _| a.set_password(&one, Some(&secret)).map(drop)),
        (&["second_factor_reset"], &[SECURITY], &|a, _| a.reset_second_factor(&one)),
        (&["oidc_linked"], &[SECURITY], &|a, _| a.link_oidc(&one, "s")),
        (&["oidc_unlinked"], &[SECURITY], &|a, _| a.unlink_oidc(&one).map(drop)),
        (&["sessions_ended"], &[SECURITY], &|a, _| a.end_sessions(&login(7), None).map(drop)),
        (&["revoked"], &[SECURITY], &|a, _| a.revoke(&one, Some(DeviceId([1; 16]))).map(drop)),
        (&["field_enabled"], &[SECURITY], &|a, _| a.enable_field("330402", &purpose()).map(drop)),
        (&["field_disabled"], &[SECURITY], &|a, _| a.disable_field("330402", "resident", "health").map(drop)),
        (&["erased"], &[SECURITY], &|a, _| a.erase(&erasing()).map(drop)),
        (&["newcomer_erased"], &[SECURITY], &|a, _| a.erase_due(None, "x", None).map(drop)),
        (&["import_begun", "import_stopped", "imported"], &[SECURITY], &|a, _| {
            imported(a.import_staff(&request(What::Staff, STAFF)))
        }),
        (&["import_undone"], &[SECURITY], &|a, _| a.undo_import(staff, |_, _| true).map(drop)),
        (&["left"], &[SECURITY], &|a, _| a.leave(&one, None, None).map(drop)),
        // The auditor reads, and that is all.
        (&[], &[AUDITOR], &|a, _| a.may_read_the_audit()),
        // Nobody's who logs in.
        (&["initialised"], &[], &|a, _| a.init(&plan).map(drop)),
        (&["rescued"], &[], &|a, _| a.keep_rescued(b"x").map(drop)),
    ];
    town.are_all(acts);
    town.try_all(acts);
}

#[test]
fn nobody_decides_on_what_they_typed_themselves_or_acts_in_the_name_of_another() {
    let town = Town::new();
    let world = &town.world;
    let admin = Admin::new(world.server.clone());
    let lacking = |done: Result<(), ServerError>| assert_eq!(done.err().map(|e| e.code()), Some("power_lacking"));
    let (here, there) = (&town.people[4].1, &town.people[5].1);
    let as_there = admin.clone().acting_as(there.account);
    lacking(as_there.decide_quarantined(town.waits, None, &login(5)).map(drop));
    lacking(as_there.move_place(record(50), GRID, &login(5)).map(drop));
    lacking(as_there.move_astray(VILLAGE, 20_000, Chosen::All, &login(5)).map(drop));
    // What the supervisor's own lost phone sent waits for somebody else.
    let mut phone = world.phone(8);
    world.grant(&phone, 10, "village_supervisor");
    phone.pull(world, 1000);
    world.server.write(|w| grant::revoke(w, phone.device, None)).unwrap();
    let late = phone.put(world, record(50), "building", gridwalk_model::op::Op::put("floors", 4), vec![]);
    assert_eq!(phone.verdicts(world, std::slice::from_ref(&late)), ["quarantined"]);
    lacking(admin.decide_quarantined(late.name(), None, &login(8)).map(drop));
    admin.decide_quarantined(late.name(), None, &login(5)).unwrap();
    assert_eq!(here.account, town.people[4].1.account);
    // An undo of an undo is of whoever might do the first.
    admin.undo(town.acts["unit_renamed"], false).unwrap();
    let rows = world.server.read(|r| Ok((r.tx.audit_numbers(1)?, r.tx.audit_newest(1)?))).unwrap();
    assert_eq!(rows.1[0].code, "undone");
    lacking(as_there.undo(rows.0[0], false).map(drop));
    world.tick(1000);
    admin.undo(rows.0[0], false).unwrap();
    let again = world.server.read(|r| r.tx.audit_numbers(1)).unwrap()[0];
    lacking(as_there.undo(again, false).map(drop));
}
