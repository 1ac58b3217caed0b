//! Joining by a poster: who becomes a newcomer, and what is taken of one.

use crate::phone::{Phone, Typed};
use crate::world::{World, problem, record, unit};
use ed25519_dalek::SigningKey;
use gridwalk_model::change::SealedChange;
use gridwalk_model::hash::Hash;
use gridwalk_model::id::{AccountId, DeviceId, RecordId, ReplicaId};
use gridwalk_model::op::Op;
use gridwalk_model::picture::{Media, Picture};
use gridwalk_model::time::Timestamp;
use gridwalk_model::value::Value;
use gridwalk_server::admin::Admin;
use gridwalk_server::limits;
use gridwalk_server::serving::connection::Peer;
use gridwalk_sync::ProblemCode;
use gridwalk_sync::enrol::{Enrolled, JoinRequest};
use gridwalk_sync::people::{PeopleRequest, PeopleTold, PersonMet};
use gridwalk_sync::poster::PosterCode;
use std::collections::BTreeMap;

const CODE: PosterCode = PosterCode::new([5; 16]);

fn hang(world: &World, code: PosterCode, until: Option<Timestamp>) -> i64 {
    world.server.write(|w| w.tx.poster_add(code.hash(), unit(11), w.now, until)).unwrap()
}

fn stranger(n: u8) -> Phone {
    let key = SigningKey::from_bytes(&[n; 32]);
    Phone::new(AccountId([n; 16]), DeviceId([n; 16]), ReplicaId([n; 16]), key)
}

fn said(phone: &Phone, code: PosterCode) -> JoinRequest {
    JoinRequest {
        code: code.to_string(),
        device: phone.device,
        account: phone.account,
        public_key: data_encoding::BASE64URL_NOPAD.encode(phone.key.verifying_key().as_bytes()),
        device_name: "phone".to_owned(),
        name: "王小明".to_owned(),
        phone: "139 5735-4321".to_owned(),
        agreed_at: 1_700_000_000_000,
        sentence: 1,
    }
}

fn ask(world: &World, phone: &Phone, request: &JoinRequest) -> (u16, Vec<u8>) {
    world.send(phone.request(world, "POST", "/v1/join", serde_json::to_vec(request).unwrap()))
}

fn join(world: &World, phone: &Phone) -> Enrolled {
    let (status, body) = ask(world, phone, &said(phone, CODE));
    assert_eq!(status, 200, "{}", String::from_utf8_lossy(&body));
    serde_json::from_slice(&body).unwrap()
}

fn code_of(answer: &(u16, Vec<u8>)) -> ProblemCode {
    problem(answer).code
}

fn submit() -> Op {
    Op::Step { step: "submit".into(), to: "unverified".into(), answers: BTreeMap::new() }
}

fn report(world: &World, phone: &mut Phone, id: RecordId, grid: u8) -> SealedChange {
    let ops = vec![Op::put("unit", unit(grid).record()), Op::put("title", "井盖没了"), submit()];
    phone.save(world, Typed { record: id, kind: "case", unit: grid, ops, seen: vec![] })
}

#[test]
fn whoever_scans_is_a_newcomer_once_however_often_they_say_so() {
    let world = World::new();
    let number = hang(&world, CODE, None);
    let phone = stranger(40);
    let told = join(&world, &phone);
    assert_eq!((told.device, told.account, told.roles), (phone.device, phone.account, vec!["newcomer".to_owned()]));
    assert_eq!(told.spaces.iter().map(|s| s.space).collect::<Vec<_>>(), [world.reference, world.space]);
    let kept = world.server.read(|r| r.tx.joined(phone.account)).unwrap().unwrap();
    assert_eq!((kept.poster, kept.phone.as_str(), kept.sentence), (number, "13957354321", 1));
    // The answer was lost, and the poster taken down meanwhile: the same phone is told the same.
    world.server.write(|w| w.tx.poster_withdrawn_set(number, Some(w.now))).unwrap();
    assert_eq!(join(&world, &phone).roles, ["newcomer"]);
    assert_eq!(world.server.read(|r| Ok(r.grants(phone.account)?.len())).unwrap(), 1);
    // Another key under the same id is refused, and so is the same key under another account.
    let mut other = stranger(41);
    other.device = phone.device;
    assert_eq!(code_of(&ask(&world, &other, &said(&other, CODE))), ProblemCode::Clash);
    let mut other = stranger(42);
    other.account = phone.account;
    hang(&world, PosterCode::new([6; 16]), None);
    assert_eq!(code_of(&ask(&world, &other, &said(&other, PosterCode::new([6; 16])))), ProblemCode::Clash);
}

#[test]
fn a_poster_that_does_not_hang_and_words_that_do_not_fit_make_nobody() {
    let world = World::new();
    let until = Timestamp(world.clock.0.load(std::sync::atomic::Ordering::SeqCst) + 1000);
    hang(&world, CODE, Some(until));
    let phone = stranger(40);
    let refused = |mend: &dyn Fn(&mut JoinRequest)| {
        let mut request = said(&phone, CODE);
        mend(&mut request);
        code_of(&ask(&world, &phone, &request))
    };
    assert_eq!(refused(&|r| r.code = PosterCode::new([7; 16]).to_string()), ProblemCode::BadCode);
    assert_eq!(refused(&|r| r.code = "x".to_owned()), ProblemCode::BadCode);
    assert_eq!(refused(&|r| r.name = " ".to_owned()), ProblemCode::Malformed);
    assert_eq!(refused(&|r| r.phone = "many".to_owned()), ProblemCode::Malformed);
    assert_eq!(refused(&|r| r.sentence = 0), ProblemCode::Malformed);
    assert_eq!(refused(&|r| r.sentence = 99), ProblemCode::Malformed);
    world.tick(600_000);
    assert_eq!(refused(&|_| ()), ProblemCode::PosterOver);
    assert_eq!(refused(&|r| r.device = DeviceId([9; 16])), ProblemCode::BadSignature, "signed for another device");
    let mut forged = stranger(40);
    forged.key = SigningKey::from_bytes(&[41; 32]);
    let answer = ask(&world, &forged, &said(&phone, CODE));
    assert_eq!(code_of(&answer), ProblemCode::BadSignature, "a key that one does not hold");
    assert!(world.server.read(|r| r.tx.joined_all()).unwrap().is_empty());
    assert!(world.server.read(|r| r.tx.device(phone.device)).unwrap().is_none());
}

#[test]
fn a_poster_and_a_key_have_turns_of_their_own() {
    let world = World::new();
    hang(&world, CODE, None);
    for n in 0..u8::try_from(limits::POSTER_BURST_MAX).unwrap() {
        join(&world, &stranger(100 + n));
    }
    let late = stranger(99);
    let answer = ask(&world, &late, &said(&late, CODE));
    assert_eq!((answer.0, problem(&answer).retry_after_s), (429, Some(60)));
    join(&world, &stranger(100));
    world.tick(limits::POSTER_EACH_MS);
    join(&world, &late);
    // One key without end, and one address.
    let busy = stranger(98);
    let wrong = said(&busy, PosterCode::new([8; 16]));
    for _ in 0..limits::JOINER_BURST_MAX {
        assert_eq!(ask(&world, &busy, &wrong).0, 403);
    }
    assert_eq!(ask(&world, &busy, &wrong).0, 429);
    let from_there = || {
        let mut request = http::Request::post("/v1/join").body(b"{}".to_vec()).unwrap();
        request.extensions_mut().insert(Peer("10.0.0.7".parse().unwrap()));
        world.send(request).0
    };
    for _ in 0..limits::ADDRESS_BURST_MAX {
        assert_eq!(from_there(), 400);
    }
    assert_eq!(from_there(), 429);
}

#[test]
fn a_newcomer_writes_reports_of_their_own_and_nothing_else() {
    let world = World::new();
    hang(&world, CODE, None);
    let mut worker = world.phone(1);
    world.grant_kinds(&worker, 11, "gridworker", &[]);
    let others = {
        let ops = vec![Op::put("unit", unit(11).record()), Op::put("title", "路灯不亮")];
        worker.save(&world, Typed { record: record(1), kind: "case", unit: 11, ops, seen: vec![] })
    };
    let house = worker.building(&world, record(2), 11, "3 幢");
    assert_eq!(worker.verdicts(&world, &[others, house]), ["applied"; 2]);
    let mut phone = stranger(40);
    join(&world, &phone);
    let own = report(&world, &mut phone, record(10), 11);
    assert_eq!(phone.verdicts(&world, &[own]), ["applied"]);
    assert_eq!(world.state(record(10)).status(), "unverified");

    // What no phone would have let them type: what is others', elsewhere, of another kind, too long, a step of others.
    let home = || Op::put("unit", unit(11).record());
    let step = |step: &str, to: &str| Op::Step { step: step.into(), to: to.into(), answers: BTreeMap::new() };
    let rows: Vec<(u8, &str, u8, Vec<Op>, &str)> = vec![
        (1, "case", 11, vec![Op::put("title", "x")], "not_in_scope"),
        (2, "building", 11, vec![Op::put("name", "x")], "not_in_scope"),
        (3, "building", 11, vec![home(), Op::put("name", "x")], "not_in_scope"),
        (4, "case", 21, vec![Op::put("unit", unit(21).record()), Op::put("title", "x"), submit()], "not_in_scope"),
        (5, "case", 11, vec![home(), Op::put("title", "x".repeat(9000)), submit()], "not_permitted"),
        (6, "case", 11, vec![home(), Op::put("title", "x"), step("report", "reported")], "not_permitted"),
        (7, "case", 11, vec![home(), Op::put("title", "x")], "not_permitted"),
        (8, "case", 11, vec![home(), Op::put("parent", record(2)), submit()], "not_permitted"),
        (9, "case", 11, vec![home(), Op::put("made_up", "x"), submit()], "not_permitted"),
        (10, "case", 11, vec![Op::put("unit", unit(21).record())], "not_permitted"),
        (10, "case", 11, vec![step("confirm", "reported")], "not_permitted"),
        (10, "case", 11, vec![Op::Link { other: record(1) }], "not_permitted"),
    ];
    for (id, kind, grid, ops, wanted) in rows {
        let said = format!("{id} {kind} {ops:?}");
        let change = phone.save(&world, Typed { record: record(id), kind, unit: grid, ops, seen: vec![] });
        let verdict = phone.verdict(&world, &change);
        let gridwalk_model::exchange::Verdict::Refused { code, .. } = &verdict else { panic!("{said}: {verdict:?}") };
        assert_eq!(code, wanted, "{said}");
    }
    let attach = |n: u8| {
        let (hash, media) = (Hash([n; 32]), Media::Jpeg);
        let picture = Picture { hash, size: 9, media, width: 1, height: 1, taken_at: None, look: None };
        Op::Attach { element: picture.to_value() }
    };
    let no_picture = phone.put(&world, record(10), "case", Op::Attach { element: Value::Int(1) }, vec![]);
    assert_eq!(phone.verdicts(&world, &[no_picture]), ["refused"]);
    for n in 0..u8::try_from(limits::NEWCOMER_PICTURES_MAX).unwrap() {
        let picture = phone.put(&world, record(10), "case", attach(n), vec![]);
        assert_eq!(phone.verdicts(&world, &[picture]), ["applied"]);
    }
    let picture = phone.put(&world, record(10), "case", attach(99), vec![]);
    assert_eq!(phone.verdicts(&world, &[picture]), ["refused"], "so many and no more");

    // Nobody is told what a newcomer is called but in the report's own fields, nor are they told of anybody.
    let named = |phone: &Phone, of: &Phone| {
        let people = vec![PersonMet { account: of.account, space: world.space, record: record(10) }];
        let body = serde_json::to_vec(&PeopleRequest { people }).unwrap();
        let (status, body) = world.send(phone.request(&world, "POST", "/v1/people", body));
        assert_eq!(status, 200);
        serde_json::from_slice::<PeopleTold>(&body).unwrap().people.len()
    };
    let looked = worker.put(&world, record(10), "case", Op::put("place", "南门"), vec![]);
    assert_eq!(worker.verdicts(&world, &[looked]), ["applied"]);
    assert_eq!((named(&worker, &worker), named(&worker, &phone), named(&phone, &worker)), (1, 0, 0));

    // They hold the frame and what they wrote.
    phone.pull(&world, 1 << 16);
    assert_eq!(phone.records(&world), [record(10)]);
    worker.pull(&world, 1 << 16);
    assert!(worker.records(&world).contains(&record(10)), "whoever is to look sees it");
    world.verify();
}

#[test]
fn reports_that_nobody_has_looked_at_are_so_many_and_no_more() {
    let world = World::new();
    hang(&world, CODE, None);
    let mut worker = world.phone(1);
    world.grant_kinds(&worker, 11, "gridworker", &[]);
    let mut phone = stranger(40);
    join(&world, &phone);
    let mut verdicts = Vec::new();
    for n in 0..=limits::NEWCOMER_REPORTS_MAX {
        let one = report(&world, &mut phone, record(50 + u8::try_from(n).unwrap()), 11);
        verdicts.extend(phone.verdicts(&world, &[one]));
    }
    assert_eq!(verdicts.iter().filter(|v| **v == "applied").count(), limits::NEWCOMER_REPORTS_MAX);
    assert_eq!(verdicts.last(), Some(&"refused"));
    // One is looked at: there is room for another.
    let confirm = Op::Step { step: "confirm".into(), to: "reported".into(), answers: BTreeMap::new() };
    let looked = worker.put(&world, record(50), "case", confirm, vec![]);
    assert_eq!(worker.verdicts(&world, &[looked]), ["applied"]);
    let one = report(&world, &mut phone, record(90), 11);
    assert_eq!(phone.verdicts(&world, &[one]), ["applied"]);
    // Pushes without end are told to wait.
    let empty = |phone: &Phone| phone.push_frame(&world, &phone.frame(&world, &[])).0;
    let answers: Vec<u16> = (0..limits::NEWCOMER_BURST_MAX).map(|_| empty(&phone)).collect();
    assert!(answers.contains(&429) && answers[0] == 200, "{answers:?}");
    assert_eq!(empty(&worker), 200);
}

#[test]
fn whoever_is_accepted_writes_as_a_volunteer_also_what_was_typed_before() {
    let world = World::new();
    hang(&world, CODE, None);
    let mut phone = stranger(40);
    join(&world, &phone);
    let typed_before = report(&world, &mut phone, record(10), 11);
    let admin = Admin::new(world.server.clone());
    let login = admin.newcomers().unwrap()[0].login.clone();
    world.tick(1000);
    admin.accept_newcomer(&login).unwrap();
    assert_eq!(phone.verdicts(&world, &[typed_before]), ["applied"]);
    assert_eq!(world.state(record(10)).status(), "unverified", "it was typed by a newcomer");
    let reported = Op::Step { step: "report".into(), to: "reported".into(), answers: BTreeMap::new() };
    let ops = vec![Op::put("unit", unit(11).record()), Op::put("title", "树倒了"), reported];
    let filed = phone.save(&world, Typed { record: record(11), kind: "case", unit: 11, ops, seen: vec![] });
    assert_eq!(phone.verdicts(&world, &[filed]), ["applied"]);
    assert_eq!(world.state(record(11)).status(), "reported");

    // Somebody refused: what comes after is for a person to decide, or out of scope.
    let mut other = stranger(41);
    join(&world, &other);
    let late = report(&world, &mut other, record(12), 11);
    let login = admin.newcomers().unwrap()[1].login.clone();
    world.tick(1000);
    assert_eq!(admin.refuse_newcomer(&login, " ").unwrap_err().code(), "reason_missing");
    admin.refuse_newcomer(&login, "号码是空号").unwrap();
    let verdict = other.verdicts(&world, &[late])[0];
    assert!(["quarantined", "refused"].contains(&verdict), "{verdict}");
    assert!(world.server.read(|r| r.tx.state(world.space, record(12))).unwrap().is_none());
}

#[test]
fn what_a_newcomer_said_goes_when_their_time_is_over() {
    let world = World::new();
    hang(&world, CODE, None);
    let (refused, unconfirmed, accepted) = (stranger(101), stranger(102), stranger(103));
    for phone in [&refused, &unconfirmed, &accepted] {
        join(&world, phone);
    }
    let admin = Admin::new(world.server.clone());
    let login = |phone: &Phone| admin.newcomers().unwrap().into_iter().find(|n| n.joined.account == phone.account);
    admin.refuse_newcomer(&login(&refused).unwrap().login, "nobody knows them").unwrap();
    admin.accept_newcomer(&login(&accepted).unwrap().login).unwrap();
    let due = |confirm| admin.erase_due(None, "the rule", confirm).unwrap();
    assert!(due(None).newcomers.is_empty(), "not yet");
    world.tick(limits::NEWCOMER_KEPT_MS + 1);
    let counted = due(None);
    assert_eq!(
        counted.newcomers.iter().map(|n| (n.account, n.why)).collect::<Vec<_>>(),
        [(refused.account, "refused")]
    );
    let too_few = admin.erase_due(None, "the rule", Some(0)).unwrap_err();
    assert_eq!(too_few.code(), "confirm_differs");
    assert_eq!(due(Some(5)).newcomers.len(), 1);
    assert!(due(None).newcomers.is_empty(), "once");
    let gone = login(&refused).unwrap();
    assert_eq!((gone.name.as_str(), gone.joined.phone.as_str(), gone.joined.reason.as_str()), ("", "", ""));
    assert_eq!(login(&accepted).unwrap().joined.phone, "13957354321", "who works here stays");
    world.tick(limits::NEWCOMER_UNCONFIRMED_KEPT_MS);
    let list: Vec<_> = due(Some(5)).newcomers.iter().map(|n| (n.account, n.why)).collect();
    assert_eq!(list, [(unconfirmed.account, "unconfirmed")]);
    let phone = world.server.read(|r| r.tx.device(unconfirmed.device)).unwrap().unwrap();
    assert!(phone.revoked_at.is_some() && phone.name.is_empty());
    assert!(login(&unconfirmed).unwrap().roles.is_empty());
}
