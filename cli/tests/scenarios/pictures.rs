//! Ten gas cylinders are photographed in a cellar without signal; somebody else's visits bear one picture twice.

use super::street::{Phone, Street, fails};
use serde_json::Value as Json;
use std::path::Path;

/// A made-up picture of the tests.
fn file(name: &str) -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pictures").join(name).to_str().unwrap().to_owned()
}

fn record(answer: &Json) -> String {
    answer["record"].as_str().unwrap().to_owned()
}

fn stored(phone: &Phone) -> usize {
    std::fs::read_dir(phone.folder().join("phone.db-pictures")).map_or(0, Iterator::count)
}

fn standings(phone: &Phone, of: &str) -> Vec<String> {
    let lines = phone.ok(&["picture", "list", of]);
    lines.as_array().unwrap().iter().map(|l| l["standing"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn ten_gas_cylinders_photographed_without_signal() {
    let street = Street::new();
    let (ann, bob) = (street.phone("ann"), street.phone("bob"));
    let address = street.stop();
    ann.ok(&["building", "add", "3 幢", "--picture", &file("lane.jpg")]);
    let said = ann.text(&["case", "report", "液化气罐", "--at", "3 幢", "--picture", &file("cylinders.jpg")]);
    assert!(said.contains("已存本机"), "{said}");
    let lines = ann.ok(&["picture", "list", "液化气罐"]);
    let (line, size) = (&lines[0], std::fs::metadata(file("cylinders.jpg")).unwrap().len());
    assert_eq!(
        (line["width"].as_u64(), line["height"].as_u64(), line["size"].as_u64()),
        (Some(480), Some(360), Some(size))
    );
    assert_eq!((line["type"].as_str(), line["standing"].as_str()), (Some("image/jpeg"), Some("waits")));
    assert_eq!(line["taken_at"], 1_795_172_700_000_u64, "when the camera says");
    assert!(ann.text(&["case", "show", "液化气罐"]).contains("照片 1  480×360"));

    // What is no picture, what is of a person, and what stands there already, are refused with a sentence.
    let script = street.folder().join("picture.jpg");
    std::fs::write(&script, "#!/bin/sh\n").unwrap();
    let script = script.to_str().unwrap();
    assert_eq!(fails(&ann, &["picture", "add", "液化气罐", script]), (3, "picture_type".to_owned()));
    let cut = street.folder().join("cut.png");
    std::fs::write(&cut, &std::fs::read(file("cylinders-tiny.png")).unwrap()[..3000]).unwrap();
    let cut = cut.to_str().unwrap();
    assert_eq!(fails(&ann, &["picture", "add", "液化气罐", cut]), (3, "picture_damaged".to_owned()));
    let said = String::from_utf8(ann.run_plain(&["picture", "add", "液化气罐", cut]).stderr).unwrap();
    assert!(said.contains(cut) && said.contains("重新拷贝"), "{said}");
    assert_eq!(fails(&ann, &["picture", "add", "液化气罐", &file("cylinders.jpg")]), (3, "nothing_to_do".to_owned()));
    assert_eq!(fails(&ann, &["picture", "add", "液化气罐", &file("none.jpg")]), (7, "file".to_owned()));
    ann.ok(&["dwelling", "add", "402", "--building", "3 幢"]);
    ann.ok(&["household", "add", "王家", "--dwelling", "402"]);
    let refused = fails(&ann, &["resident", "add", "王小明", "--household", "王家", "--picture", &file("lane.jpg")]);
    assert_eq!(refused, (3, "no_pictures".to_owned()));
    assert_eq!(fails(&ann, &["picture", "save", "液化气罐", "2", "x.jpg"]), (4, "no_such_picture".to_owned()));
    let copy = street.folder().join("copy.jpg");
    ann.ok(&["picture", "save", "液化气罐", "1", copy.to_str().unwrap()]);
    assert_eq!(std::fs::read(&copy).unwrap(), std::fs::read(file("cylinders.jpg")).unwrap(), "byte by byte");

    // Taken away, and brought back, before anybody else saw it; all of it can be undone.
    ann.ok(&["picture", "add", "液化气罐", &file("cylinders-tiny.png")]);
    ann.ok(&["undo"]);
    assert_eq!(standings(&ann, "液化气罐"), ["waits"]);
    ann.ok(&["picture", "remove", "液化气罐", "1"]);
    assert!(standings(&ann, "液化气罐").is_empty());
    ann.ok(&["undo"]);
    assert_eq!(standings(&ann, "液化气罐"), ["waits"]);

    // The words go first, the picture follows; who sees the case asks for its bytes when they want them.
    street.start_again(&address);
    let said = ann.text(&["sync"]);
    assert!(said.contains("已上传照片 2"), "{said}");
    assert_eq!(standings(&ann, "液化气罐"), ["here"]);
    bob.sync();
    assert_eq!(bob.ok(&["picture", "list", "液化气罐"])[0]["hash"], line["hash"]);
    assert_eq!((standings(&bob, "液化气罐"), stored(&bob)), (vec!["elsewhere".to_owned()], 0));
    let (address, theirs) = (street.stop(), street.folder().join("theirs.jpg"));
    let theirs = theirs.to_str().unwrap();
    assert_eq!(fails(&bob, &["picture", "save", "液化气罐", "1", theirs]), (4, "picture_not_here".to_owned()));
    street.start_again(&address);
    bob.ok(&["picture", "save", "液化气罐", "1", theirs]);
    assert_eq!(std::fs::read(theirs).unwrap(), std::fs::read(file("cylinders.jpg")).unwrap(), "byte by byte");
    assert_eq!((standings(&bob, "液化气罐"), stored(&bob)), (vec!["here".to_owned()], 1));

    // A backup holds them; what leaves a phone takes its pictures along.
    let backup = street.folder().join("backup.db");
    street.admin(&["backup", backup.to_str().unwrap()]);
    assert!(street.folder().join("backup.db-pictures").join("contents").is_dir());
    ann.sync();
    street.admin(&["user", "ungrant", "bob", "--role", "village_supervisor", "--unit", "330402007024"]);
    bob.ok(&["sync"]);
    assert_eq!(stored(&bob), 0, "no case, no picture");
}

#[test]
fn the_same_picture_twice_also_resized() {
    let street = Street::new();
    let (ann, bob) = (street.phone("ann"), street.phone("bob"));
    ann.ok(&["building", "add", "3 幢"]);
    let visits: Vec<String> = [("401", "cylinders.jpg"), ("402", "cylinders-small.jpg"), ("403", "lane.jpg")]
        .map(|(door, picture)| {
            ann.ok(&["dwelling", "add", door, "--building", "3 幢"]);
            record(&ann.ok(&["visit", door, "seen", "--picture", &file(picture)]))
        })
        .to_vec();
    ann.sync();
    bob.sync();
    let flagged = |visit: &str| {
        let hints = bob.ok(&["review", "show", visit])["review"]["hints"].clone();
        let hint = hints.as_array().unwrap().iter().find(|h| h["flag"] == "same_picture").cloned();
        hint.map(|hint| hint["with"].as_array().unwrap().iter().map(|r| r.as_str().unwrap().to_owned()).collect())
    };
    assert_eq!(flagged(&visits[0]), Some(vec![visits[1].clone()]), "a copy that was resized");
    assert_eq!(flagged(&visits[1]), Some(vec![visits[0].clone()]));
    assert_eq!(flagged(&visits[2]), None, "another picture is no reason to ask");
    assert!(bob.text(&["review", "show", &visits[0]]).contains("照片"));
}

#[test]
fn pictures_leave_a_phone_that_is_wiped() {
    let street = Street::new();
    let ann = street.phone("ann");
    ann.ok(&["case", "report", "液化气罐", "--picture", &file("cylinders.jpg")]);
    assert_eq!(stored(&ann), 1);
    assert_eq!(fails(&ann, &["wipe", "--yes"]), (3, "unsent_left".to_owned()));
    ann.ok(&["wipe", "--yes", "--even-unsent"]);
    assert!(!ann.folder().join("phone.db-pictures").exists());
}
