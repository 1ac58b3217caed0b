//! A weekend of volunteers: they sign up without a signal, the organiser confirms who came and for how long, and the hours are
//! theirs: no other phone holds them, not even that of whoever leads the unit.

use super::street::{Phone, Street, fails};
use gridwalk_model::RecordId;
use gridwalk_model::civil_date::CivilDate;
use serde_json::Value as Json;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

const TOWNSHIP: &str = "330402007";
const GRID: &str = "330402007024001";
const NEXT: &str = "330402007024002";
const ACTIVITY: &str = "清理楼道";

/// Whether a record stands in any file below a folder: by the bytes of its id, under which a phone keeps it.
fn stands_in(folder: &Path, record: RecordId) -> bool {
    let holds = |path: &Path| {
        let bytes = std::fs::read(path).unwrap_or_default();
        bytes.windows(16).any(|window| window == record.0)
    };
    let mut entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.any(|path| if path.is_dir() { stands_in(&path, record) } else { holds(&path) })
}

/// A day so many from today, as it is typed.
fn day(ahead: i64) -> String {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let today = i64::try_from((seconds + 8 * 3600) / 86_400).unwrap();
    CivilDate::from_days(today + ahead).unwrap().to_string()
}

fn show(phone: &Phone) -> Json {
    phone.ok(&["activity", "show", ACTIVITY])
}

fn people(phone: &Phone) -> usize {
    show(phone)["people"].as_array().unwrap().len()
}

fn minutes(phone: &Phone) -> Json {
    phone.ok(&["activity", "hours"])["minutes"].clone()
}

fn account(phone: &Phone) -> String {
    phone.ok(&["whoami"])["account"].as_str().unwrap().to_owned()
}

#[test]
fn a_weekend_of_volunteers_whose_hours_are_their_own() {
    let street = Street::new();
    street.user("dora", "township_supervisor", TOWNSHIP);
    street.user("vera", "volunteer", GRID);
    street.user("wang", "volunteer", GRID);
    street.user("yue", "volunteer", NEXT);
    let [ann, bob, dora, vera, wang, yue] =
        ["ann", "bob", "dora", "vera", "wang", "yue"].map(|login| street.phone(login));
    let (today, tomorrow) = (day(0), day(1));
    let begin = ["activity", "add", ACTIVITY, "--from", &today, "--until", &today];
    assert_eq!(fails(&vera, &[&begin[..], &["--unit", GRID]].concat()).0, 3, "a volunteer organises none");
    bob.ok(&[&begin[..], &["--where", "3 幢门口", "--places", "10"]].concat());
    bob.ok(&["activity", "add", "义诊", "--from", &tomorrow]);
    for phone in [&bob, &ann, &dora, &vera, &wang, &yue] {
        phone.sync();
    }
    assert_eq!(vera.ok(&["activity", "list"]).as_array().unwrap().len(), 2);

    // In the stairwell, without a signal; one changes their mind.
    let address = street.stop();
    vera.ok(&["activity", "join", ACTIVITY]);
    wang.ok(&["activity", "join", ACTIVITY]);
    wang.ok(&["activity", "leave", ACTIVITY]);
    assert_eq!(fails(&vera, &["activity", "confirm", ACTIVITY, "me", "--hours", "9"]), (3, "own_record".to_owned()));
    street.start_again(&address);
    for phone in [&vera, &wang, &bob, &ann, &dora] {
        phone.sync();
    }
    assert_eq!((&show(&bob)["coming"], people(&bob)), (&Json::from(1), 2), "the organiser sees who comes");
    assert_eq!((people(&vera), people(&wang), people(&ann), people(&dora)), (1, 1, 0, 0));
    assert_eq!(show(&vera)["coming"], Json::Null, "how many come is the organiser's to know");

    // It happened. Yue came without signing up.
    assert_eq!(fails(&bob, &["activity", "confirm", "义诊", &account(&vera), "--hours", "1"]).1, "not_yet");
    for who in [(&vera, "2.5"), (&yue, "1")] {
        bob.ok(&["activity", "confirm", ACTIVITY, &account(who.0), "--hours", who.1, "--note", "搬走三车杂物"]);
    }
    assert_eq!(fails(&bob, &["activity", "confirm", ACTIVITY, "me", "--hours", "1"]), (3, "own_record".to_owned()));
    assert_eq!(fails(&ann, &["activity", "confirm", ACTIVITY, &account(&vera), "--hours", "1"]).1, "not_yours");
    assert_eq!(fails(&dora, &["activity", "confirm", ACTIVITY, &account(&vera), "--hours", "1"]).1, "not_yours");
    for phone in [&bob, &vera, &wang, &yue, &ann, &dora] {
        phone.sync();
    }
    assert_eq!(
        (minutes(&vera), minutes(&yue), minutes(&wang), minutes(&bob)),
        (150.into(), 60.into(), 0.into(), 0.into())
    );
    assert!(vera.text(&["activity", "hours"]).contains("2.5"));

    // Whose they are, and nobody else's: the files themselves say so.
    let of_vera = show(&vera)["people"][0]["record"].as_str().unwrap().to_owned();
    let record: RecordId = of_vera.parse().unwrap();
    for (phone, holds) in [(&bob, true), (&vera, true), (&yue, false), (&wang, false), (&ann, false), (&dora, false)] {
        assert_eq!(stands_in(phone.folder(), record), holds, "{}", phone.name);
    }
    for phone in [&bob, &vera] {
        let view = show(phone);
        let own = view["people"].as_array().unwrap().iter().find(|one| one["record"] == of_vera).unwrap();
        assert_eq!((&own["minutes"], &own["status"]), (&Json::from(150), &"came".into()), "{}", phone.name);
    }
    for other in [&wang, &yue, &ann, &dora] {
        assert_eq!(fails(other, &["history", &of_vera]).0, 4, "{} knows nothing of it", other.name);
        assert!(other.run(&["history", &of_vera, "--server"]).status.code() != Some(0), "nor does the server tell");
    }
    assert_eq!(people(&vera), 1, "beside whom one worked is told to nobody");
    assert!(street.admin(&["audit", "verify"])["good"] == true);
    corrected_by_the_organiser(&street, &bob, &vera);
}

/// The organiser wrote down too much, and says so; the volunteer sees both words.
fn corrected_by_the_organiser(street: &Street, bob: &Phone, vera: &Phone) {
    let address = street.stop();
    bob.ok(&["activity", "confirm", ACTIVITY, &account(vera), "--hours", "2"]);
    street.start_again(&address);
    bob.sync();
    vera.sync();
    assert_eq!(minutes(vera), Json::from(120));
    assert_eq!(fails(vera, &["activity", "leave", ACTIVITY]).1, "step_not_open", "who was there was there");
}
