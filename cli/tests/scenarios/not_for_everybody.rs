//! What is not for everybody: a shop's contact and the number of whoever reported, on the phones of those who may read
//! them and in no file of those who may not.

use super::street::{Phone, Street, fails};
use serde_json::Value as Json;

const GRID: &str = "330402007024001";
const CONTACT: &str = "13857312345";
const REPORTER: &str = "13957354321";

fn saved(phone: &Phone, args: &[&str]) -> String {
    phone.ok(args)["record"].as_str().unwrap().to_owned()
}

fn names(card: &Json, list: &str) -> Vec<String> {
    let names = card[list].as_array().into_iter().flatten();
    names.map(|name| name.as_str().unwrap().to_owned()).collect()
}

fn shows(card: &Json, value: &str) -> bool {
    card["fields"].as_array().unwrap().iter().any(|line| line["value"] == value)
}

/// Whether any file of a phone holds the text as it is.
fn keeps(phone: &Phone, text: &str) -> bool {
    let holds = |bytes: Vec<u8>| bytes.windows(text.len()).any(|window| window == text.as_bytes());
    let files = std::fs::read_dir(phone.folder()).unwrap().map(|file| file.unwrap().path()).filter(|p| p.is_file());
    files.into_iter().any(|file| holds(std::fs::read(file).unwrap()))
}

#[test]
fn what_is_not_for_everybody_is_on_no_phone_of_others() {
    let street = Street::new();
    street.user("vera", "volunteer", GRID);
    street.user("han", "handler", GRID);
    let (ann, vera) = (street.phone("ann"), street.phone("vera"));
    let shop = saved(
        &ann,
        &["premises", "add", "柳林小卖部", "--set", "kind=shop", "--set", &format!("contact_phone={CONTACT}")],
    );
    let report = ["case", "report", "井盖没了", "--set", &format!("reporter_phone={REPORTER}")];
    let case = saved(&vera, &report);
    vera.sync();
    ann.sync();
    vera.sync();
    let han = street.phone("han");

    let bob = street.phone("bob");

    // Everybody has both records; each reads what is theirs to read, and nobody handles the case yet.
    for (phone, contact) in [(&ann, true), (&vera, false), (&han, false), (&bob, true)] {
        let shop_id = shop.clone();
        let (shop, case) = (phone.ok(&["premises", "show", &shop]), phone.ok(&["case", "show", &case]));
        assert_eq!((shows(&shop, CONTACT), shows(&case, REPORTER)), (contact, false), "{}", phone.name);
        assert_eq!(names(&shop, "hidden"), if contact { vec![] } else { vec!["contact_phone"] }, "{}", phone.name);
        assert_eq!(names(&case, "hidden"), ["reporter_phone"], "{}", phone.name);
        assert_eq!(phone.ok(&["search", "5731"]).to_string().contains(&shop_id), contact, "{}", phone.name);
        assert_eq!(phone.ok(&["search", "57354321"])["rows"], serde_json::json!([]), "no search by who reported");
    }
    assert!(!keeps(&vera, CONTACT) && !keeps(&ann, REPORTER), "nor is it in a file");

    // Whoever wrote it is told that it was sent; the others, that it is not for them.
    assert_eq!(names(&vera.ok(&["case", "show", &case]), "sent"), ["reporter_phone"]);
    assert!(names(&ann.ok(&["case", "show", &case]), "sent").is_empty());
    assert!(vera.text(&["case", "show", &case]).contains("已发出"));
    assert!(!ann.text(&["case", "show", &case]).contains("已发出"));

    // She corrects what she does not see; the gridworker adds a number of their own. Nobody overwrote what they never saw.
    let again = "13957354322";
    vera.ok(&["case", "edit", &case, "--set", &format!("reporter_phone={again}")]);
    let anns = "13957350000";
    ann.ok(&["case", "edit", &case, "--set", &format!("reporter_phone={anns}"), "--set", "place=南门"]);
    for phone in [&vera, &ann, &bob] {
        phone.sync();
    }

    // A supervisor may know that there is a number, and has it shown for a reason; a gridworker may not.
    let trace = &bob.ok(&["case", "show", &case])["traces"]["reporter_phone"];
    assert_eq!(trace, "139****0000", "the newest that was written");
    let revealed = bob.ok(&["reveal", &case, "reporter_phone", "--reason", "回访核实"]);
    assert_eq!(revealed["values"], serde_json::json!([anns, again]), "hers replaced her own; his stands beside it");
    assert_eq!(fails(&ann, &["reveal", &case, "reporter_phone", "--reason", "好奇"]).1, "forbidden");
    assert!(!keeps(&bob, anns), "what was shown stays nowhere");

    // Dispatched to where Han works: he may call whoever reported.
    bob.ok(&["case", "accept", &case]);
    bob.ok(&["case", "dispatch", &case, "--to", &street.unit(GRID)]);
    bob.sync();
    han.sync();
    let card = han.ok(&["case", "show", &case]);
    let line =
        card["fields"].as_array().unwrap().iter().find(|line| line["field"] == "reporter_phone").unwrap().clone();
    let mut at_odds = names(&line, "at_odds");
    at_odds.sort_unstable();
    assert_eq!(at_odds, [anns, again]);

    // Ann is a volunteer from today: what she could read before is gone, from her screen and from her file.
    street.admin(&["user", "ungrant", "ann", "--role", "gridworker", "--unit", GRID]);
    street.admin(&["user", "grant", "ann", "--role", "volunteer", "--unit", GRID]);
    ann.sync();
    let card = ann.ok(&["premises", "show", &shop]);
    assert!(!shows(&card, CONTACT) && names(&card, "hidden") == ["contact_phone"], "{card}");
    assert!(!ann.ok(&["search", "5731"]).to_string().contains(&shop), "nor is it found by the number");
}
