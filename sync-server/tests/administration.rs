//! Administration in one process, with a clock and ids that the test gives.
//!
//! Owns accounts, grants, codes, import and moves as the library does them. Refuses to spawn the program.

#![expect(clippy::unwrap_used, reason = "a test's failure is the message")]

use data_encoding::BASE64URL_NOPAD;
use ed25519_dalek::SigningKey;
use gridwalk_model::Timestamp;
use gridwalk_model::edition::plan::{Confirmed, Plan};
use gridwalk_model::edition::{Confidence, Happening, Proposal};
use gridwalk_model::id::AccountId;
use gridwalk_model::unit_code::UnitCode;
use gridwalk_server::admin::{Admin, FieldPurpose, ImportOptions, InitPlan, NewAccount, Password, UnitTable};
use gridwalk_server::{Clock, Ids, Server, ServerError, ServerOptions, role_kinds, verify};
use http_body_util::BodyExt as _;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use tower::ServiceExt as _;

struct HandClock(AtomicI64);
impl Clock for HandClock {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.load(Ordering::SeqCst))
    }
}

struct CountedIds(AtomicU64);
impl Ids for CountedIds {
    fn fill(&self, bytes: &mut [u8]) {
        let n = self.0.fetch_add(1, Ordering::SeqCst);
        let mut reader = blake3::Hasher::new().update(&n.to_le_bytes()).finalize_xof();
        reader.fill(bytes);
    }
}

struct Town {
    admin: Admin,
    clock: Arc<HandClock>,
    _scratch: tempfile::TempDir,
}

fn options(folder: &Path, clock: &Arc<HandClock>) -> ServerOptions {
    let mut options = ServerOptions::new(folder);
    options.clock = clock.clone();
    options.ids = Arc::new(CountedIds(AtomicU64::new(1)));
    options.disk_free = Arc::new(|_| None);
    options
}

fn town() -> Town {
    let scratch = tempfile::tempdir().unwrap();
    let clock = Arc::new(HandClock(AtomicI64::new(1_700_000_000_000)));
    let server = Server::create(options(scratch.path(), &clock)).unwrap();
    let admin = Admin::new(server);
    let plan = InitPlan {
        code: UnitCode::parse("3304").unwrap(),
        city_name: None,
        county_name: None,
        admin: NewAccount::new("li", "李四"),
    };
    admin.init(&plan).unwrap();
    Town { admin, clock, _scratch: scratch }
}

const TABLE: &str = "code,name,parent,level,kind
3304,嘉兴市,33,prefecture,
330402,南湖区,3304,county,
330402001,甲街道,330402,township,subdistrict
330402002,乙镇,330402,town,town
330402001001,一社区,330402001,village,residents_committee
330402002201,二村,330402002,village,villagers_committee
330411,秀洲区,3304,county,
330411001,丙街道,330411,township,subdistrict
330411001001,三社区,330411001,village,residents_committee
";

fn import(town: &Town, table: &str, grids: u16) -> gridwalk_server::admin::ImportSummary {
    let table = UnitTable::read(table.as_bytes()).unwrap();
    town.admin.import_units(&table, ImportOptions { grids, update_names: false }, |_, _| ()).unwrap()
}

fn refused(done: Result<impl std::fmt::Debug, ServerError>) -> &'static str {
    match done.unwrap_err() {
        ServerError::Refused(code) => code,
        ServerError::NotFound(what) => what,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_table_goes_in_once_and_later_ones_add_to_it() {
    let town = town();
    let first = import(&town, TABLE, 2);
    assert_eq!((first.added, first.named, first.unchanged, first.spaces_made), (14, 1, 0, 2));
    assert_eq!(first.counts["grid"], 6);
    let again = import(&town, TABLE, 2);
    assert_eq!((again.added, again.named, again.unchanged, again.spaces_made), (0, 0, 15, 0));
    let overview = town.admin.overview().unwrap();
    let more = import(&town, TABLE, 3);
    assert_eq!((more.added, more.unchanged), (3, 15));
    assert_eq!(overview.units["village"], 3);

    // Each county's units live in its space, the city's in that of the tree.
    let units = town.admin.units(None).unwrap();
    let space = |code: &str| units.iter().find(|u| u.code == code).unwrap().space;
    assert_eq!(space("330402"), space("330402002201001"));
    assert_eq!(space("330411"), space("330411001001002"));
    let names: Vec<String> = overview.spaces.iter().map(|s| s.name.clone()).collect();
    assert_eq!(names, ["嘉兴市", "南湖区", "秀洲区"]);
    assert_ne!(space("3304"), space("330402"));
    assert_ne!(space("330402"), space("330411"));
    assert_eq!(overview.spaces[0].records["unit"], 15, "units are records of the tree's space");

    // A name that somebody gave here stays, unless the table's is asked for.
    town.admin.rename_unit("330402001", "甲甲街道").unwrap();
    let third = import(&town, TABLE, 3);
    assert_eq!((third.named, third.names_differ), (0, 1));
    let table = UnitTable::read(TABLE.as_bytes()).unwrap();
    let fourth = town.admin.import_units(&table, ImportOptions { grids: 3, update_names: true }, |_, _| ()).unwrap();
    assert_eq!((fourth.named, fourth.names_differ), (1, 0));
    let server = town.admin.server();
    for space in server.read(|r| r.tx.spaces()).unwrap() {
        assert!(server.read(|r| verify::chain(r, space.id)).unwrap().is_ok());
        assert!(server.read(|r| verify::states(r, space.id)).unwrap().is_ok());
    }
}

#[test]
fn old_codes_are_found_over_several_editions_and_after_undoing_one() {
    let town = town();
    import(&town, TABLE, 1);
    let village = town.admin.units(None).unwrap().into_iter().find(|unit| unit.level == "village").unwrap();
    let code = |text: &str| UnitCode::parse(text).unwrap();
    let codes: Vec<String> = std::iter::once(village.code.clone())
        .chain(["97", "98"].map(|n| format!("{}0{n}", &village.code[..9])))
        .collect();
    let renumber = |from: &str, to: &str, day: i64| Plan {
        from_day: day,
        confirmed: vec![Confirmed {
            proposal: Proposal {
                what: Happening::Renumber,
                before: vec![(code(from), village.name.clone())],
                after: vec![(code(to), village.name.clone())],
                evidence: Vec::new(),
                confidence: Confidence::Sure,
            },
            by: AccountId::default(),
        }],
    };
    for (n, pair) in (0..).zip(codes.windows(2)) {
        town.clock.0.fetch_add(1000, Ordering::SeqCst);
        town.admin.apply_edition(&renumber(&pair[0], &pair[1], 19_000 + n)).unwrap();
    }
    let found = |code: &str| town.admin.units(Some(code)).map(|units| units[0].code.clone());
    for old in &codes {
        assert_eq!(found(old).unwrap(), codes[2], "{old}");
    }
    assert_eq!(refused(town.admin.add_unit(&codes[0], "新村", None)), "reused");
    // The second edition was applied by mistake.
    let newest = town.admin.server().read(|r| r.tx.audit_numbers(1)).unwrap()[0];
    town.clock.0.fetch_add(1000, Ordering::SeqCst);
    town.admin.undo(newest, false).unwrap();
    assert_eq!([found(&codes[0]).unwrap(), found(&codes[1]).unwrap()], [codes[1].clone(), codes[1].clone()]);
    assert!(found(&codes[2]).is_err(), "no unit ever had it");
    let chain = Plan {
        from_day: 19_100,
        confirmed: [(1, 2), (0, 1)]
            .into_iter()
            .flat_map(|(from, to)| renumber(&codes[from], &codes[to], 0).confirmed)
            .collect(),
    };
    assert_eq!(refused(town.admin.apply_edition(&chain)), "reused", "no code goes from one unit to another");
}

#[test]
fn units_move_only_where_they_can_stand() {
    let town = town();
    import(&town, TABLE, 1);
    let admin = &town.admin;
    assert_eq!(refused(admin.move_unit("330402001", "330402001001")), "move_below_itself");
    assert_eq!(refused(admin.move_unit("330402001001", "330402002201")), "move_level");
    assert_eq!(refused(admin.move_unit("330402001001", "330402001")), "same_place");
    assert_eq!(refused(admin.move_unit("330402001001", "330411001")), "move_space");
    assert_eq!(refused(admin.move_unit("3304", "330402")), "move_below_itself");
    assert_eq!(refused(admin.move_unit("330402009", "330402")), "unit");
    admin.move_unit("330402001001", "330402002").unwrap();
    let below: Vec<String> = admin.units(Some("330402002")).unwrap().into_iter().map(|u| u.code).collect();
    assert_eq!(below, ["330402001001", "330402001001001", "330402002", "330402002201", "330402002201001"]);
}

#[test]
fn roles_are_given_withdrawn_and_kept_apart() {
    let town = town();
    import(&town, TABLE, 1);
    let admin = &town.admin;
    let (zhang, password) = admin.add_account(&NewAccount::new("zhang", "张三")).unwrap();
    let kept = town.admin.server().read(|r| r.tx.account_by_login("zhang")).unwrap().unwrap().password;
    assert!(Password::matches(password.unwrap().reveal(), Some(&kept)));
    assert_eq!(refused(admin.add_account(&NewAccount::new("zhang", "张三"))), "account_exists");
    assert_eq!(
        refused(admin.add_account_with(&NewAccount::new("wang", "王五"), Some(("gridworker", "330499")))),
        "unit"
    );
    assert_eq!(admin.accounts().unwrap().len(), 2, "neither the account nor the role");

    let spaces = |admin: &Admin| {
        let told = admin.server().read(|r| gridwalk_server::admin::spaces_of(r.tx, zhang)).unwrap();
        told.into_iter().map(|s| s.name).collect::<Vec<_>>()
    };
    assert!(spaces(admin).is_empty(), "nobody without a role works anywhere");
    let grant = admin.grant("zhang", "gridworker", "330402001001001", &[]).unwrap();
    assert!(role_kinds::is_for(&grant.grant, "household"));
    assert_eq!(spaces(admin), ["嘉兴市", "南湖区"]);
    assert_eq!(refused(admin.grant("zhang", "gridworker", "330402001001001", &[])), "grant_exists");
    admin.grant("zhang", "county_supervisor", "3304", &[]).unwrap();
    assert_eq!(spaces(admin), ["嘉兴市", "南湖区", "秀洲区"]);
    let epoch = |admin: &Admin| {
        let tree = admin.overview().unwrap().spaces[0].space;
        admin.server().read(|r| r.tx.epoch(tree, zhang)).unwrap()
    };
    let before = epoch(admin);
    admin.ungrant("zhang", "county_supervisor", "3304").unwrap();
    assert!(epoch(admin) > before, "the scope changed");
    assert_eq!(spaces(admin), ["嘉兴市", "南湖区"]);
    assert_eq!(refused(admin.ungrant("zhang", "county_supervisor", "3304")), "grant");
    assert_eq!(refused(admin.grant("li", "security_auditor", "3304", &[])), "powers_apart");
    assert_eq!(refused(admin.grant("zhang", "mediator", "330402", &["planet".to_owned()])), "kind_unknown");
}

/// What a phone with this key is told when it comes with the code.
async fn redeem(admin: &Admin, code: &str, key: u8) -> (u16, serde_json::Value) {
    let public_key = BASE64URL_NOPAD.encode(&SigningKey::from_bytes(&[key; 32]).verifying_key().to_bytes());
    let body = serde_json::json!({ "code": code, "public_key": public_key, "device_name": format!("手机 {key}") });
    let request = http::Request::post("/v1/enrol").body(axum::body::Body::from(body.to_string())).unwrap();
    let response = admin.server().router().oneshot(request).await.unwrap();
    let status = response.status().as_u16();
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    (status, serde_json::from_slice(&bytes).unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 8)]
async fn of_fifty_phones_with_one_code_one_wins() {
    let town = town();
    town.admin.add_account(&NewAccount::new("zhang", "张三")).unwrap();
    let (code, _) = town.admin.enrol_code("zhang").unwrap();
    let start = Arc::new(tokio::sync::Barrier::new(50));
    let phones = (1..=50u8).map(|key| {
        let (admin, code, start) = (town.admin.clone(), code.to_string(), start.clone());
        tokio::spawn(async move {
            start.wait().await;
            redeem(&admin, &code, key).await
        })
    });
    let mut answers = Vec::new();
    for phone in phones.collect::<Vec<_>>() {
        answers.push(phone.await.unwrap());
    }
    assert_eq!(answers.iter().filter(|(status, _)| *status == 200).count(), 1);
    assert!(answers.iter().all(|(status, body)| *status == 200 || body["code"] == "bad_code"));
    let zhang = town.admin.accounts().unwrap().into_iter().find(|a| a.account.login == "zhang").unwrap();
    assert_eq!(zhang.devices.len(), 1);
}

#[tokio::test]
async fn a_code_is_good_for_ten_minutes_and_a_revoked_phone_is_told_as_silent_no_more() {
    let town = town();
    town.admin.add_account(&NewAccount::new("zhang", "张三")).unwrap();
    let (code, until) = town.admin.enrol_code("zhang").unwrap();
    assert_eq!(until.0 - town.clock.now().0, 10 * 60 * 1000);
    town.clock.0.fetch_add(10 * 60 * 1000 + 1, Ordering::SeqCst);
    assert_eq!(redeem(&town.admin, &code.to_string(), 1).await.0, 403, "too old");
    let (code, _) = town.admin.enrol_code("zhang").unwrap();
    assert_eq!(redeem(&town.admin, "not a code", 1).await.0, 403);
    assert_eq!(redeem(&town.admin, &code.to_string(), 1).await.0, 200);
    assert_eq!(redeem(&town.admin, &code.to_string(), 1).await.0, 200, "its answer may have been lost");
    assert!(town.admin.overview().unwrap().silent.is_empty());
    town.clock.0.fetch_add(25 * 3600 * 1000, Ordering::SeqCst);
    assert_eq!(redeem(&town.admin, &code.to_string(), 1).await.0, 403, "not for ever");
    let silent = town.admin.overview().unwrap().silent;
    assert_eq!((silent[0].login.as_str(), silent[0].name.as_str()), ("zhang", "手机 1"));
    assert_eq!(town.admin.revoke("zhang", None).unwrap().len(), 1);
    assert_eq!(town.admin.revoke("zhang", None).unwrap().len(), 0, "once");
    assert!(town.admin.overview().unwrap().silent.is_empty());
}

#[tokio::test]
async fn the_status_page_shows_names_as_text() {
    let town = town();
    import(&town, TABLE, 1);
    town.admin.rename_unit("330402", "<script>alert(1)</script>").unwrap();
    let request = http::Request::get("/").body(axum::body::Body::empty()).unwrap();
    let response = town.admin.server().router().oneshot(request).await.unwrap();
    assert_eq!(response.status().as_u16(), 200);
    let policy = response.headers()["content-security-policy"].to_str().unwrap().to_owned();
    assert!(policy.starts_with("default-src 'none'"), "{policy}");
    let page = response.into_body().collect().await.unwrap().to_bytes();
    let page = String::from_utf8(page.to_vec()).unwrap();
    assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;") && !page.contains("<script"), "{page}");
}

#[test]
fn a_sensitive_field_is_switched_on_with_a_purpose_and_off_with_a_day_for_erasure() {
    let town = town();
    import(&town, TABLE, 1);
    let sun = NewAccount::new("sun", "孙二");
    let sun = town.admin.add_account_with(&sun, Some(("security_admin", "3304"))).unwrap().0;
    let admin = town.admin.clone().acting_as(sun);
    let wanted = |field: &str, purpose: &str, days| FieldPurpose {
        kind: "resident".to_owned(),
        field: field.to_owned(),
        purpose: purpose.to_owned(),
        days,
        from: None,
    };
    assert_eq!(refused(admin.enable_field("3304", &wanted("health", "x", 30))), "field_use_level");
    assert_eq!(refused(admin.enable_field("330402", &wanted("name", "x", 30))), "field_not_sensitive");
    assert_eq!(refused(admin.enable_field("330402", &wanted("health", "  ", 30))), "purpose_missing");
    assert_eq!(refused(admin.enable_field("330402", &wanted("health", "x", 0))), "days_invalid");
    let zhang = NewAccount::new("zhang", "张三");
    let zhang = town.admin.add_account_with(&zhang, Some(("county_supervisor", "330402"))).unwrap().0;
    let supervisor = town.admin.clone().acting_as(zhang);
    let li = town.admin.accounts().unwrap().into_iter().find(|a| a.account.login == "li").unwrap().account.id;
    let runs_the_machine = town.admin.clone().acting_as(li);
    assert_eq!(refused(runs_the_machine.enable_field("330402", &wanted("health", "x", 30))), "not_an_administrator");
    assert_eq!(refused(supervisor.enable_field("330402", &wanted("health", "x", 30))), "not_an_administrator");
    town.admin.add_account_with(&NewAccount::new("wu", "吴六"), Some(("security_admin", "330411"))).unwrap();
    let wu = admin.accounts().unwrap().into_iter().find(|a| a.account.login == "wu").unwrap().account.id;
    let next_door = town.admin.clone().acting_as(wu);
    assert_eq!(refused(next_door.enable_field("330402", &wanted("health", "x", 30))), "not_an_administrator");

    let on = admin.enable_field("330402", &wanted("health", " 独居老人帮扶 ", 30)).unwrap();
    assert_eq!((on.on, on.purpose.as_str(), on.until), (true, "独居老人帮扶", None));
    let again = admin.enable_field("330402", &wanted("health", "走访", 60)).unwrap();
    assert_eq!((again.record, again.days, again.from), (on.record, 60, on.from), "stated anew, on since then");
    assert_eq!(refused(admin.disable_field("330402", "resident", "religion")), "field_use");
    town.clock.0.fetch_add(1000, Ordering::SeqCst);
    let off = admin.disable_field("330402", "resident", "health").unwrap();
    assert_eq!((off.on, off.due_at.unwrap().0 - off.until.unwrap().0), (false, 60 * 24 * 3600 * 1000));
    let anew = admin.enable_field("330402", &wanted("health", "again", 30)).unwrap();
    assert_ne!(anew.record, off.record, "what was in use when stays known");
    assert_eq!(admin.field_uses(Some("330411")).unwrap(), []);
    assert_eq!(admin.field_uses(None).unwrap().len(), 2);
    assert_eq!(admin.fields_due(None).unwrap(), []);
}
