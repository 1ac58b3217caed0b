//! A cold wave: the township tells everybody, asks for a receipt, and sees who has not read it; volunteers hold only what is
//! marked for them.

use super::street::{Phone, Street, fails};
use serde_json::Value as Json;

const TOWNSHIP: &str = "330402007";
const GRID: &str = "330402007024001";
const COLD: &str = "寒潮预警";
const MEET: &str = "周末集合改到九点";

fn titles(phone: &Phone) -> Vec<String> {
    let list = phone.ok(&["notice", "list"]);
    list.as_array().unwrap().iter().map(|line| line["title"].as_str().unwrap().to_owned()).collect()
}

fn readers(phone: &Phone) -> Json {
    phone.ok(&["notice", "show", COLD])["readers"].clone()
}

fn of<'a>(readers: &'a Json, account: &str) -> &'a Json {
    readers.as_array().unwrap().iter().find(|line| line["account"] == account).unwrap_or(&Json::Null)
}

#[test]
fn a_notice_with_receipts_and_one_for_volunteers() {
    let street = Street::new();
    street.user("dora", "township_supervisor", TOWNSHIP);
    street.user("wen", "gridworker", GRID);
    street.user("vera", "volunteer", GRID);
    let [ann, bob, dora, wen, vera] = ["ann", "bob", "dora", "wen", "vera"].map(|login| street.phone(login));
    assert_eq!(fails(&ann, &["notice", "give", COLD]).0, 3, "a gridworker gives none");
    dora.ok(&["notice", "give", COLD, "--text", "检查外露水管", "--receipt"]);
    dora.ok(&["notice", "give", MEET, "--volunteers"]);
    for phone in [&dora, &ann, &bob, &wen, &vera] {
        phone.sync();
    }
    assert_eq!((titles(&ann).len(), titles(&vera)), (2, vec![MEET.to_owned()]), "volunteers hold what is marked");
    let account = |phone: &Phone| phone.ok(&["whoami"])["account"].as_str().unwrap().to_owned();

    // Read and confirmed on two phones without a signal.
    let address = street.stop();
    let told = ann.text(&["notice", "show", COLD]);
    assert!(told.contains("检查外露水管") && told.contains("gridwalk notice confirm"), "{told}");
    ann.ok(&["notice", "confirm", COLD]);
    assert_eq!(fails(&ann, &["notice", "confirm", COLD]).1, "nothing_to_do");
    bob.ok(&["notice", "show", COLD]);
    vera.ok(&["notice", "confirm", MEET]);
    street.start_again(&address);
    for phone in [&ann, &bob, &vera, &dora, &wen] {
        phone.sync();
    }
    let seen = readers(&dora);
    let (by_ann, by_bob, by_wen) = (of(&seen, &account(&ann)), of(&seen, &account(&bob)), of(&seen, &account(&wen)));
    assert!(by_ann["acknowledged_at"].is_i64(), "{seen}");
    assert!(by_bob["read_at"].is_i64() && by_bob["acknowledged_at"].is_null(), "read, and not confirmed: {seen}");
    assert!(by_wen["account"].is_string() && by_wen["read_at"].is_null(), "a post is known of who has not: {seen}");
    assert!(readers(&ann).as_array().unwrap().is_empty(), "who has not read it is told to those who lead");
    let receipts = |phone: &Phone| phone.ok(&["notice", "show", MEET])["readers"].as_array().unwrap().len();
    assert!(receipts(&dora) >= 1 && receipts(&wen) == 0);
    // It is over, and leaves the list.
    dora.ok(&["notice", "give", "今晚停水", "--until", "2020-01-01", "--from", "2019-12-31"]);
    assert_eq!((titles(&dora).len(), dora.ok(&["notice", "list", "--all"]).as_array().unwrap().len()), (2, 3));
}
