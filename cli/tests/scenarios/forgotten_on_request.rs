//! Somebody asks that what is kept about them goes: it is gone from the server, from whoever typed it and from whoever read
//! it, and everybody sees that it was there and why it went.

use super::street::Street;
use std::path::Path;

/// Which of these texts stand in any file below a folder.
fn found(folder: &Path, texts: &[&'static str]) -> Vec<&'static str> {
    let mut list = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            list.extend(found(&path, texts));
            continue;
        }
        let bytes = std::fs::read(&path).unwrap_or_default();
        let here = texts.iter().filter(|text| bytes.windows(text.len()).any(|w| w == text.as_bytes()));
        list.extend(here.copied());
    }
    list.sort_unstable();
    list.dedup();
    list
}

#[test]
fn what_was_erased_is_in_no_file_of_a_phone() {
    const SAID: [&str; 3] = ["郑清册", "13867341299", "说话慢一些"];
    let street = Street::new();
    street.user("sun", "security_admin", "330402");
    let (ann, bob) = (street.phone("ann"), street.phone("bob"));
    ann.ok(&["building", "add", "3 幢"]);
    ann.ok(&["dwelling", "add", "402", "--building", "3 幢"]);
    ann.ok(&["household", "add", "郑家", "--in", "402", "--resident", "郑清册"]);
    ann.ok(&["resident", "edit", "郑清册", "--set", "phone=13867341299"]);
    ann.sync();
    bob.sync();
    bob.ok(&["resident", "edit", "郑清册", "--set", "note=说话慢一些"]);
    bob.sync();
    ann.sync();
    let who = ann.ok(&["resident", "show", "郑清册"])["record"].as_str().unwrap().to_owned();
    let server = street.folder().join("server");
    for folder in [&server, ann.folder(), bob.folder()] {
        assert_eq!(
            found(folder, &SAID).len(),
            3,
            "{}: they are there, so that the next lines can fail",
            folder.display()
        );
    }

    let run = |more: &[&str]| {
        let stated = ["--reason", "consent_withdrawn", "--basis", "本人申请第14号", "--by", "sun"];
        let mut verb = vec!["erase", "record", &who];
        verb.extend(stated.iter().chain(more));
        street.admin_any(&verb)
    };
    let counted = run(&[]);
    assert_eq!((counted["dry_run"].as_bool(), counted["taken"]["records"].as_u64()), (Some(true), Some(1)));
    let values = counted["taken"]["values"].as_u64().unwrap();
    assert!(values >= 3, "{counted}");
    assert_eq!(run(&["--confirm", "99"])["error"]["code"], "confirm_differs");
    let by_li = ["erase", "record", &who, "--reason", "by_law", "--basis", "x", "--by", "ann"];
    assert_eq!(street.admin_fails(&by_li)["error"]["code"], "erase_power");
    assert_eq!(found(&server, &SAID).len(), 3, "nothing was written");
    let done = run(&["--confirm", &values.to_string()]);
    assert_eq!((done["dry_run"].as_bool(), done["remains"].as_bool()), (Some(false), Some(false)), "{done}");
    assert_eq!(found(&server, &SAID), Vec::<&str>::new(), "the server runs on, and its files have nothing of it");

    for phone in [&ann, &bob] {
        phone.sync();
        assert_eq!(found(phone.folder(), &SAID), Vec::<&str>::new(), "{}", phone.name);
        assert!(phone.ok(&["search", "郑清"]).as_array().is_none_or(Vec::is_empty));
        let card = phone.ok(&["resident", "show", &who]);
        assert_eq!(card["erased"]["reason"], "consent_withdrawn", "{card}");
        let text = phone.text(&["resident", "show", &who]);
        assert!(text.contains("清除") && text.contains("本人撤回同意"), "{text}");
    }
    assert_eq!(street.admin(&["audit", "verify"])["good"], true, "chain, states and digests hold");
    let listed = street.admin(&["audit", "list", "--last", "20"]).to_string();
    assert!(listed.contains("本人申请第14号") && !listed.contains("郑清册"), "{listed}");
}
