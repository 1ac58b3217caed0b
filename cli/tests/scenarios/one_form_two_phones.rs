//! A supervisor's spreadsheet is a form on two phones: both fill one submission without a signal, each another question, one
//! question both, and each adds a person. All that both said is there afterwards, on both phones and on the server; where they
//! said otherwise both answers stand side by side until one decides; a phone that died in between goes on where it was.

use super::street::{Phone, Street, fails};
use serde_json::Value as Json;
use std::io::Write as _;
use std::process::{Command, Stdio};

const GRID: &str = "330402007024001";
const VILLAGE: &str = "330402007024";

const SURVEY: &str = "survey,,,,,,,,\n\
    ,type,name,label,relevant,required,constraint,constraint_message,repeat_count\n\
    ,text,head,户主姓名,,yes,,,\n\
    ,select_one yn,rented,是否出租,,,,,\n\
    ,text,landlord,房东,${rented} = 'yes',yes,,,\n\
    ,integer,rooms,房间数,,,. < 20,房间数太多,\n\
    ,begin_repeat,person,家庭成员,,,,,\n\
    ,text,name,姓名,,,,,\n\
    ,end_repeat,,,,,,,\n";

const REST: &str = "choices,,,,,,,,\n,list_name,name,label,,,,,\n,yn,yes,是,,,,,\n,yn,no,否,,,,,\n\
    settings,,,,,,,,\n,form_title,form_id,version,,,,,\n";

fn form(version: &str, more: &str) -> String {
    format!("{SURVEY}{more}{REST},入户走访,visit,{version},,,,,\n")
}

fn question(told: &Json, path: &str) -> Json {
    let all = told["questions"].as_array().unwrap();
    all.iter().find(|question| question["path"] == path).unwrap_or_else(|| panic!("{path}: {told}")).clone()
}

fn names(told: &Json) -> Vec<String> {
    let all = told["questions"].as_array().unwrap().iter();
    let named = all.filter(|question| question["path"].as_str().unwrap().ends_with("/name"));
    let mut names: Vec<String> = named.map(|question| question["answer"].as_str().unwrap().to_owned()).collect();
    names.sort();
    names
}

fn everybody(phones: [&Phone; 3]) {
    for _ in 0..2 {
        phones.into_iter().for_each(Phone::sync);
    }
}

fn both_fill(ann: &Phone, bob: &Phone, submission: &str) {
    let run = |phone: &Phone, more: &[&str]| phone.ok(&[&["form", "run", submission], more].concat());
    // Each line is a save of its own: a phone that dies loses at most what was not entered yet.
    let one = run(ann, &["--set", "rented=yes", "--set", "landlord=房东甲", "--set", "head=王小明"]);
    assert_eq!(question(&one, "/data/landlord")["answer"], "房东甲");
    let one = run(ann, &["--add", "person", "--set", "person[1]/name=王小明", "--set", "person[2]/name=陈红"]);
    assert_eq!(names(&one), ["王小明", "陈红"]);
    let other = run(bob, &["--set", "rooms=3", "--set", "head=王大明"]);
    assert_eq!(question(&other, "/data/head")["answer"], "王大明");
    run(bob, &["--add", "/data/person", "--set", "person[2]/name=李强"]);
    let hidden = ["form", "run", submission, "--set", "landlord=x"];
    assert_eq!(fails(bob, &hidden), (3, "question_not_asked".to_owned()), "what ann answered has not come yet");
    assert_eq!(fails(bob, &["form", "run", submission, "--set", "head"]), (2, "not_answer".to_owned()));
    let unknown = ["form", "run", submission, "--set", "nowhere=x"];
    assert_eq!(fails(bob, &unknown), (3, "no_question".to_owned()));
}

/// What somebody types line by line: the wrong line is said and the others stand.
fn by_lines(phone: &Phone, submission: &str, typed: &str) -> Json {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gridwalk"));
    command.arg("--phone").arg(phone.folder()).args(["--json", "form", "run", submission, "--interactive"]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(typed.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    serde_json::from_str(&text).unwrap_or_else(|_| panic!("{text} {}", String::from_utf8_lossy(&output.stderr)))
}

/// Whether any file of a phone holds the text as it is.
fn keeps(phone: &Phone, text: &str) -> bool {
    let holds = |bytes: Vec<u8>| bytes.windows(text.len()).any(|window| window == text.as_bytes());
    let files = std::fs::read_dir(phone.folder()).unwrap().map(|file| file.unwrap().path()).filter(|p| p.is_file());
    files.into_iter().any(|file| holds(std::fs::read(file).unwrap()))
}

/// Volunteers and those who handle cases hold no form and nothing that was answered.
fn others_hold_nothing(street: &Street, submission: &str) {
    for (login, role) in [("vera", "volunteer"), ("han", "handler")] {
        street.user(login, role, GRID);
        let phone = street.phone(login);
        phone.sync();
        assert_eq!(phone.ok(&["form", "list"]), serde_json::json!([]), "{login}");
        assert_eq!(phone.ok(&["form", "submissions"]), serde_json::json!([]), "{login}");
        assert_eq!(fails(&phone, &["form", "run", submission]).1, "no_such_form", "{login}");
        assert!(!keeps(&phone, "李强") && !keeps(&phone, "入户走访"), "{login}");
    }
}

#[test]
fn two_phones_fill_one_submission_without_a_signal_and_nothing_is_lost() {
    let street = Street::new();
    street.user("tom", "gridworker", GRID);
    let (ann, bob, tom) = (street.phone("ann"), street.phone("bob"), street.phone("tom"));
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: String| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let (first, second) = (file("visit.csv", form("1", "")), file("visit2.csv", form("2", ",text,note,备注,,,,,\n")));
    assert_eq!(fails(&ann, &["form", "publish", &first]).1, "field_not_permitted");
    let published = bob.ok(&["form", "publish", &first, "--unit", VILLAGE]);
    assert_eq!(fails(&bob, &["form", "publish", &first, "--unit", VILLAGE]).1, "record_exists");
    everybody([&bob, &ann, &tom]);
    let forms = ann.ok(&["form", "list"]);
    assert_eq!((&forms[0]["title"], &forms[0]["versions"][0]["here"]), (&"入户走访".into(), &true.into()), "{forms}");
    assert_eq!(forms[0]["record"], published["record"]);

    let begun = ann.ok(&["form", "run", "入户走访"]);
    let submission = begun["record"].as_str().unwrap().to_owned();
    everybody([&ann, &bob, &tom]);
    let address = street.stop();
    both_fill(&ann, &bob, &submission);
    street.start_again(&address);
    everybody([&ann, &bob, &tom]);
    everybody([&ann, &bob, &tom]);

    let merged = tom.ok(&["form", "run", &submission]);
    assert_eq!(names(&merged), ["李强", "王小明", "陈红"], "{merged}");
    assert_eq!(question(&merged, "/data/rooms")["answer"], "3");
    assert_eq!(question(&merged, "/data/landlord")["answer"], "房东甲");
    let head = question(&merged, "/data/head");
    let mut said: Vec<&str> = head["at_odds"].as_array().unwrap().iter().map(|text| text.as_str().unwrap()).collect();
    said.sort_unstable();
    assert_eq!(said, ["王大明", "王小明"]);
    for phone in [&ann, &bob] {
        assert_eq!(phone.ok(&["form", "run", &submission])["questions"], merged["questions"]);
    }
    assert_eq!(ann.ok(&["form", "submissions"])[0]["at_odds"], 1);
    assert!(keeps(&tom, "李强"));
    others_hold_nothing(&street, &submission);

    // A new version does not move what was begun by the old one.
    bob.ok(&["form", "publish", &second, "--unit", VILLAGE]);
    let typed = "rooms=99\nnowhere=1\nhead=王小明\n+person\nperson[4]/name=王小红\n\n";
    let done = by_lines(&bob, &submission, typed);
    assert_eq!(question(&done, "/data/rooms")["problem"]["message"], "房间数太多");
    let refused = bob.run(&["form", "run", &submission, "--finish"]);
    assert_eq!(refused.status.code(), Some(3), "rooms are too many");
    let finished = bob.ok(&["form", "run", &submission, "--set", "rooms=4", "--finish"]);
    assert!(finished["submission"]["finished_at"].as_i64().is_some(), "{finished}");
    assert_eq!(finished["submission"]["newer_version"], true);
    everybody([&bob, &ann, &tom]);
    let seen = ann.ok(&["form", "run", &submission]);
    assert_eq!(question(&seen, "/data/head")["at_odds"], Json::Null);
    assert_eq!((names(&seen).len(), &seen["submission"]["at_odds"]), (4, &0.into()));
    assert_eq!(ann.ok(&["form", "list"])[0]["versions"].as_array().map(Vec::len), Some(2));
    let next = ann.ok(&["form", "run", "visit"]);
    assert_eq!(question(&next, "/data/note")["answer"], "", "what is begun now is begun by the new version");
}

/// What the supervisor made of it: rooms in a group, nobody asks for the landlord, and a note.
const RENEWED: &str = "survey,,,,,,,,\n\
    ,type,name,label,relevant,required,constraint,constraint_message,repeat_count\n\
    ,text,head,户主姓名,,yes,,,\n\
    ,select_one yn,rented,是否出租,,,,,\n\
    ,begin_group,house,房屋,,,,,\n\
    ,integer,rooms,房间数,,,. < 20,房间数太多,\n\
    ,end_group,,,,,,,\n\
    ,begin_repeat,person,家庭成员,,,,,\n\
    ,text,name,姓名,,,,,\n\
    ,end_repeat,,,,,,,\n\
    ,text,note,备注,,yes,,,\n";

#[test]
fn a_draft_moves_to_a_newer_version_after_a_look_at_what_that_does() {
    let street = Street::new();
    let (ann, bob) = (street.phone("ann"), street.phone("bob"));
    let folder = tempfile::tempdir().unwrap();
    let publish = |name: &str, text: String| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        bob.ok(&["form", "publish", path.to_str().unwrap(), "--unit", VILLAGE]);
        bob.sync();
        ann.sync();
    };
    publish("visit.csv", form("1", ""));
    let answers =
        ["--set", "rented=yes", "--set", "landlord=房东甲", "--set", "rooms=3", "--set", "person[1]/name=王小明"];
    let begun = ann.ok(&[&["form", "run", "visit"][..], &answers].concat());
    let draft = begun["record"].as_str().unwrap().to_owned();
    let done =
        ann.ok(&["form", "run", "visit", "--set", "head=陈红", "--finish"])["record"].as_str().unwrap().to_owned();
    ann.sync();
    bob.sync();
    assert_eq!(ann.ok(&["form", "renew", "visit"]), serde_json::json!([]), "there is nothing newer");
    publish("visit2.csv", format!("{RENEWED}{REST},入户走访,visit,2,,,,,\n"));
    assert_eq!(fails(&ann, &["form", "renew", &done]), (3, "submission_finished".to_owned()));

    let address = street.stop();
    let shown = ann.ok(&["form", "renew", "入户走访"]);
    assert_eq!(shown.as_array().map(Vec::len), Some(1), "the finished one stays: {shown}");
    let renewal = &shown[0]["renewal"];
    assert_eq!(renewal["renamed"], serde_json::json!([{ "from": "/rooms", "to": "/house/rooms", "answer": "3" }]));
    assert_eq!(renewal["aside"], serde_json::json!([{ "field": "/landlord", "answers": ["房东甲"] }]));
    assert_eq!((&renewal["new"], &renewal["kept"]), (&serde_json::json!(["/data/note"]), &2.into()), "{renewal}");
    assert_eq!(question(&ann.ok(&["form", "run", &draft]), "/data/landlord")["answer"], "房东甲", "it was only shown");

    let applied = ann.ok(&["form", "renew", &draft, "--apply"]);
    assert_eq!((&applied[0]["renewal"], &applied[0]["submission"]["newer_version"]), (renewal, &false.into()));
    // Bob has not heard of it, and answers what has moved.
    bob.ok(&["form", "run", &draft, "--set", "rooms=4", "--set", "head=王大明"]);
    street.start_again(&address);
    everybody([&ann, &bob, &ann]);
    for phone in [&ann, &bob] {
        let merged = phone.ok(&["form", "run", &draft]);
        assert_eq!(question(&merged, "/data/house/rooms")["answer"], "3", "{merged}");
        assert_eq!(question(&merged, "/data/head")["answer"], "王大明");
        assert_eq!(names(&merged), ["王小明"]);
        let aside = merged["aside"].as_array().unwrap().iter();
        let aside: Vec<(&str, &str)> =
            aside.map(|one| (one["field"].as_str().unwrap(), one["answers"][0].as_str().unwrap())).collect();
        assert_eq!(aside, [("/landlord", "房东甲"), ("/rooms", "4")], "{merged}");
        assert_eq!(phone.ok(&["form", "renew", "visit"]), serde_json::json!([]));
    }
    assert_eq!(bob.run(&["form", "run", &draft, "--finish"]).status.code(), Some(3), "the note is asked now");
    bob.ok(&["form", "run", &draft, "--set", "note=无", "--finish"]);
}

const OWN_FORM: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../catalog/forms/door_to_door.csv");

/// What a supervisor reads of the one submission of a form.
fn read(phone: &Phone, form: &str) -> (Json, Vec<(String, String)>) {
    let mut all = phone.ok(&["form", "submissions", form, "--answers"]);
    assert_eq!(all.as_array().map(Vec::len), Some(1), "{all}");
    let text = |question: &Json, name: &str| question[name].as_str().unwrap().to_owned();
    let said = all[0]["answers"].as_array().unwrap().iter();
    let said = said.map(|question| (text(question, "path"), text(question, "answer"))).collect();
    (all[0]["submission"].take(), said)
}

#[test]
fn a_form_that_is_offered_is_filled_at_a_door_and_read_by_the_supervisor() {
    let street = Street::new();
    let (ann, bob) = (street.phone("ann"), street.phone("bob"));
    // A village's supervisor brings no form in for the county: the server does not take it, and nobody below has it.
    street.user("carl", "village_supervisor", VILLAGE);
    let carl = street.phone("carl");
    carl.ok(&["form", "publish", OWN_FORM, "--unit", "330402"]);
    let told: Json = serde_json::from_slice(&carl.run(&["sync"]).stdout).unwrap();
    assert_eq!(told["report"]["verdicts"], serde_json::json!({ "refused": 2 }), "{told}");
    ann.sync();
    assert_eq!(ann.ok(&["form", "list"]), serde_json::json!([]));
    bob.ok(&["form", "publish", OWN_FORM, "--unit", VILLAGE]);
    bob.sync();
    ann.sync();
    let address = street.stop();
    let home = ann.ok(&["building", "add", "7 幢"])["record"].as_str().unwrap().to_owned();
    let begun = ann.ok(&["form", "run", "door_to_door", "--about", &home, "--set", "answer=home"]);
    let submission = begun["record"].as_str().unwrap().to_owned();
    assert_eq!(begun["submission"]["about_name"], "7 幢");
    // What the form objects to stands all the same, and only the end waits for it.
    let many = ann.ok(&["form", "run", &submission, "--set", "talk/people=40", "--set", "talk/who=none"]);
    let people = question(&many, "/data/talk/people");
    assert_eq!((&people["answer"], &people["problem"]["code"]), (&"40".into(), &"constraint".into()));
    assert_eq!(ann.run(&["form", "run", &submission, "--finish"]).status.code(), Some(3));
    street.start_again(&address);
    ann.sync();
    bob.sync();
    let (draft, said) = read(&bob, "入户走访");
    assert_eq!((&draft["finished_at"], &draft["answered"]), (&Json::Null, &3.into()), "{draft}");
    let own = |path: &str, answer: &str| (format!("/data/{path}"), answer.to_owned());
    assert_eq!(said, [own("answer", "home"), own("talk/people", "40"), own("talk/who", "none")]);

    let rest =
        ["talk/people=4", "talk/wechat=no", "talk/matter=stairs noise", "talk/told=楼道灯坏了", "talk/promised=no"];
    let rest = rest.iter().flat_map(|answer| ["--set", answer]);
    let english = ["form", "run", &submission, "--language", "English (en)", "--finish"];
    let done = ann.ok(&english.into_iter().chain(rest).collect::<Vec<_>>());
    assert_eq!(question(&done, "/data/talk/told")["label"], "What did they say? In their own words.");
    ann.sync();
    bob.sync();
    let (done, said) = read(&bob, "door_to_door");
    assert!(done["finished_at"].as_i64().is_some() && done["at_odds"] == 0, "{done}");
    assert!(said.contains(&own("talk/people", "4")) && said.contains(&own("talk/told", "楼道灯坏了")), "{said:?}");
    assert_eq!(said.len(), 7, "{said:?}");
    assert_eq!((&done["about"], &done["form"]), (&home.as_str().into(), &bob.ok(&["form", "list"])[0]["record"]));
}
