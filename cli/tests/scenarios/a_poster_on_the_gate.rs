//! A poster on the gate: somebody whom nobody knows scans it where there is no network, and reports a hazard; it is looked
//! at, they are confirmed, and nothing that is anybody else's ever was on their phone.

use super::street::{Phone, Street, fails};
use serde_json::Value as Json;

const GRID: &str = "330402007024001";
const CONTACT: &str = "13857312345";
const NUMBER: &str = "13957354321";

/// Whether any file of a phone holds the text as it is.
fn keeps(phone: &Phone, text: &str) -> bool {
    let holds = |bytes: Vec<u8>| bytes.windows(text.len()).any(|window| window == text.as_bytes());
    let files = std::fs::read_dir(phone.folder()).unwrap().map(|file| file.unwrap().path()).filter(|p| p.is_file());
    files.into_iter().any(|file| holds(std::fs::read(file).unwrap()))
}

fn poster(street: &Street, more: &[&str]) -> Json {
    let mut args = vec!["poster", "add", "--unit", GRID, "--address", street.address()];
    args.extend(more);
    street.admin(&args)
}

fn join<'a>(text: &'a str, name: &'a str) -> Vec<&'a str> {
    vec!["join", text, "--name", name, "--phone-number", NUMBER, "--agree"]
}

fn titles(list: &Json) -> Vec<String> {
    let rows = list["rows"].as_array().unwrap().iter();
    rows.map(|row| row["title"].as_str().unwrap().to_owned()).collect()
}

fn newcomer(street: &Street) -> Json {
    street.admin(&["poster", "newcomers"])["newcomers"][0].clone()
}

/// Somebody scans it where there is no network, and reports a hazard.
fn scanned(street: &Street, text: &str) -> (Phone, String) {
    // Without a yes nothing is done; half a text is none.
    let wang = Phone::at(street.folder().join("wang"), "wang");
    let unwilling = fails(&wang, &["join", text, "--name", "王小明", "--phone-number", NUMBER]);
    assert_eq!(unwilling, (3, "not_agreed".to_owned()));
    let told = wang.run_plain(&["join", text, "--name", "王小明", "--phone-number", NUMBER]);
    assert!(String::from_utf8_lossy(&told.stderr).contains("只用于核实"), "the sentence is shown first");
    assert!(!wang.folder().exists(), "nothing was made");
    let half: String = text.chars().take(120).collect();
    assert_eq!(fails(&wang, &join(&half, "王小明")), (2, "no_poster".to_owned()));
    wang.ok(&join(text, "王小明"));
    assert_eq!(wang.ok(&["whoami"])["roles"], serde_json::json!(["newcomer"]));
    let case = wang.ok(&["case", "report", "井盖没了", "--set", "place=南门"])["record"].as_str().unwrap().to_owned();
    assert_eq!(wang.ok(&["case", "show", &case])["status"], "unverified");
    assert_eq!(wang.ok(&["outbox"]).as_array().unwrap().len(), 1);
    assert_eq!(fails(&wang, &["sync"]).1, "offline");
    (wang, case)
}

/// They are confirmed, and that is taken back.
fn accepted_and_back(street: &Street, wang: &Phone, ann: &Phone, case: &str) {
    // Confirmed, what they report is filed at once, and what they wrote stays theirs. It can be taken back.
    let one = newcomer(street);
    let login = one["login"].as_str().unwrap().to_owned();
    assert_eq!((&one["name"], &one["phone"]), (&serde_json::json!("王小明"), &serde_json::json!("139****4321")));
    // The supervisor of the village does it from their own phone; a gridworker may not, nor may who runs the machine's system.
    assert_eq!(ann.ok(&["arrivals"])["newcomers"], serde_json::json!([]));
    assert_eq!(street.admin_fails(&["poster", "accept", &login, "--by", "li"])["error"]["code"], "power_lacking");
    let bob = street.phone("bob");
    let listed = bob.ok(&["arrivals"]);
    assert_eq!((&listed["newcomers"][0]["name"], &listed["newcomers"][0]["phone"]), (&one["name"], &one["phone"]));
    assert_eq!(fails(&bob, &["arrivals", "accept", "李小明"]).0, 4);
    assert_eq!(bob.ok(&["arrivals", "accept", "王小明"])["accepted"], one["account"]);
    assert_eq!(bob.ok(&["arrivals"])["newcomers"], serde_json::json!([]));
    assert_eq!(street.admin_fails(&["poster", "accept", &login])["error"]["code"], "no_newcomer");
    wang.sync();
    assert_eq!(wang.ok(&["whoami"])["roles"], serde_json::json!(["volunteer"]));
    let third = wang.ok(&["case", "report", "消防通道被占"])["record"].as_str().unwrap().to_owned();
    wang.sync();
    ann.sync();
    assert_eq!(ann.ok(&["case", "show", &third])["status"], "reported");
    assert_eq!(wang.ok(&["case", "show", case])["status"], "reported");
    assert!(!keeps(wang, CONTACT), "a volunteer reads no contact either");
    let acts = street.admin(&["audit", "list"]);
    let accepted = acts["audit"].as_array().unwrap().iter().find(|row| row["code"] == "newcomer_accepted").unwrap();
    street.admin(&["audit", "undo", &accepted["number"].to_string()]);
    assert_eq!(newcomer(street)["roles"], serde_json::json!(["newcomer"]));
    wang.sync();
    assert_eq!(wang.ok(&["whoami"])["roles"], serde_json::json!(["newcomer"]));
    assert_eq!(titles(&wang.ok(&["case", "list"])).len(), 3, "theirs stay theirs");
    assert!(!keeps(wang, "路灯不亮"), "others' cases are gone from the file");
}

#[test]
fn a_poster_on_the_gate() {
    let street = Street::new();
    let ann = street.phone("ann");
    ann.ok(&["premises", "add", "柳林小卖部", "--set", "kind=shop", "--set", &format!("contact_phone={CONTACT}")]);
    ann.ok(&["building", "add", "3 幢"]);
    let others = ann.ok(&["case", "report", "路灯不亮"])["record"].as_str().unwrap().to_owned();
    ann.sync();
    let page = street.folder().join("poster.html");
    let made = poster(&street, &["--html", page.to_str().unwrap(), "--by", "li"]);
    let text = made["text"].as_str().unwrap();
    let html = std::fs::read_to_string(&page).unwrap();
    assert!(html.contains("<svg") && html.contains(text) && !html.contains("<script"), "{html}");
    let drawn = street.admin_text(&["--lang", "zh", "poster", "list"]);
    assert!(drawn.contains("使用中") && !drawn.contains("gridwalkposter"), "a code is told once: {drawn}");

    // The network is gone.
    let address = street.stop();
    let (wang, case) = scanned(&street, text);

    // It is back: the phone says who it is, and sends what was typed; only what it wrote is on it.
    street.start_again(&address);
    wang.sync();
    wang.sync();
    assert_eq!(wang.ok(&["outbox"]), serde_json::json!([]));
    assert_eq!(titles(&wang.ok(&["case", "list"])), ["井盖没了"]);
    for foreign in [CONTACT, "柳林小卖部", "路灯不亮", "3 幢"] {
        assert!(!keeps(&wang, foreign), "{foreign} is in a file of somebody whom nobody knows");
        assert!(keeps(&ann, foreign), "so that the line above can fail: {foreign}");
    }
    assert_eq!(fails(&wang, &["case", "show", &others]).0, 4);

    // Ann is to look: it stands before her with whom to ask, and is counted as no case yet.
    ann.sync();
    let triage = ann.ok(&["case", "triage"]);
    assert_eq!((&triage["count"], titles(&triage)), (&serde_json::json!(1), vec!["井盖没了".to_owned()]));
    assert_eq!(triage["rows"][0]["reporter_name"], "王小明", "{triage}");
    assert_eq!(triage["rows"][0]["reporter_phone"], NUMBER);
    assert_eq!(triage["rows"][0]["steps"], serde_json::json!(["confirm", "turn_down"]));
    assert_eq!(fails(&wang, &["case", "confirm", &case]).0, 3, "nobody files their own");
    ann.ok(&["case", "confirm", &case, "--note", "已到现场看过"]);
    ann.sync();
    wang.sync();
    assert_eq!(wang.ok(&["case", "show", &case])["status"], "reported");
    assert_eq!(ann.ok(&["case", "triage"])["count"], 0);
    let hidden = ann.ok(&["case", "show", &case])["hidden"].to_string();
    assert!(hidden.contains("reporter_phone"), "once it is filed, the number is the handler's: {hidden}");

    // A second one is nothing: they are told why.
    let nothing = wang.ok(&["case", "report", "树倒了"])["record"].as_str().unwrap().to_owned();
    wang.sync();
    ann.sync();
    assert_eq!(fails(&ann, &["case", "turn-down", &nothing]).1, "missing_answer");
    ann.ok(&["case", "turn-down", &nothing, "--reason", "树是园林修剪的"]);
    ann.sync();
    wang.sync();
    let card = wang.ok(&["case", "show", &nothing]);
    assert_eq!(card["status"], "voided");
    assert!(card["steps"].to_string().contains("树是园林修剪的"), "{card}");

    accepted_and_back(&street, &wang, &ann, &case);
    street.admin(&["audit", "verify"]);
}

#[test]
fn a_poster_that_was_taken_down_loses_nothing_that_was_typed() {
    let street = Street::new();
    let old = poster(&street, &[]);
    let wang = Phone::at(street.folder().join("wang"), "wang");
    wang.ok(&join(old["text"].as_str().unwrap(), "王小明"));
    wang.ok(&["case", "report", "井盖没了"]);
    street.admin(&["poster", "withdraw", "1", "--by", "li"]);
    for _ in 0..2 {
        assert_eq!(fails(&wang, &["sync"]).1, "poster_over");
    }
    assert!(wang.run_plain(&["sync"]).stderr.len() > 20);
    assert_eq!(wang.ok(&["outbox"]).as_array().unwrap().len(), 1, "it is all there");
    assert!(street.admin(&["poster", "newcomers"])["newcomers"].as_array().unwrap().is_empty());

    // A poster of another grid is none for it; a new one of the same is.
    let other = ["poster", "add", "--unit", "330402007029001", "--address", street.address()];
    let other = street.admin(&other);
    assert_eq!(fails(&wang, &join(other["text"].as_str().unwrap(), "王小明")).1, "other_poster");
    let new = poster(&street, &["--until", "2099-12-31"]);
    wang.ok(&join(new["text"].as_str().unwrap(), "王小明"));
    wang.sync();
    assert_eq!(fails(&wang, &join(new["text"].as_str().unwrap(), "王小明")).1, "already_enrolled");
    assert_eq!(wang.ok(&["outbox"]), serde_json::json!([]));

    // Refused: nothing more is taken without a decision; what was taken stays. A no is taken back as well.
    let login = newcomer(&street)["login"].as_str().unwrap().to_owned();
    street.admin(&["poster", "refuse", &login, "--reason", "号码是空号", "--by", "bob"]);
    let refused = newcomer(&street);
    assert_eq!((&refused["reason"], &refused["roles"]), (&serde_json::json!("号码是空号"), &serde_json::json!([])));
    let acts = street.admin(&["audit", "list"]);
    let no = acts["audit"].as_array().unwrap().iter().find(|row| row["code"] == "newcomer_refused").unwrap().clone();
    street.admin(&["audit", "undo", &no["number"].to_string()]);
    assert_eq!(newcomer(&street)["roles"], serde_json::json!(["newcomer"]));
    // So is the taking down: it hangs again.
    let down = acts["audit"].as_array().unwrap().iter().find(|row| row["code"] == "poster_withdrawn").unwrap();
    street.admin(&["audit", "undo", &down["number"].to_string()]);
    let posters = street.admin(&["poster", "list"]);
    assert_eq!(posters["posters"][0]["withdrawn_at"], Json::Null);
    assert_eq!((&posters["posters"][0]["joined"], &posters["posters"][2]["joined"]), (&0.into(), &1.into()));
}

#[test]
fn nobody_floods_a_grid_from_a_gate() {
    let street = Street::new();
    let made = poster(&street, &[]);
    let wang = Phone::at(street.folder().join("wang"), "wang");
    wang.ok(&join(made["text"].as_str().unwrap(), "王小明"));
    for n in 1..=11 {
        wang.ok(&["case", "report", &format!("杂物 {n}")]);
    }
    wang.run(&["sync"]);
    let ann = street.phone("ann");
    assert_eq!(ann.ok(&["case", "triage"])["count"], 10);
    let left = wang.ok(&["attention"]);
    assert!(left.to_string().contains("too_many_open") && left.to_string().contains("杂物 11"), "{left}");
}
