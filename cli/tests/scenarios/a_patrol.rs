//! A gridworker walks the riverbank on duty, past its check-points.

use super::street::{Street, fails};

const FAR: &str = "30.7600,120.7600;crs=wgs84;accuracy=8;source=satellite";

fn fix(lat: &str, lon: &str) -> String {
    format!("{lat},{lon};crs=wgs84;accuracy=8;source=satellite")
}

#[test]
fn a_patrol_on_duty() {
    let street = Street::new();
    let (ann, bob) = (street.phone("ann"), street.phone("bob"));
    for (name, at) in [("河东闸口", fix("30.7512", "120.7645")), ("河东桥头", fix("30.7532", "120.7645"))] {
        ann.ok(&["check-point", "add", name, "--set", &format!("point={at}"), "--set", "radius_m=40"]);
    }
    ann.ok(&["check-point", "add", "泵房（无坐标）"]);
    let address = street.stop();

    assert_eq!(
        fails(&ann, &["patrol", "fix", FAR]),
        (3, "off_duty".to_owned()),
        "off duty nobody is asked where they are"
    );
    assert_eq!(fails(&ann, &["patrol", "pass", "河东桥头"]).1, "off_duty");
    let patrol = ann.ok(&["patrol", "start"])["record"].as_str().unwrap().to_owned();
    assert_eq!(fails(&ann, &["patrol", "start"]).1, "on_duty_already");
    assert_eq!(ann.ok(&["patrol", "fix", &fix("30.7500", "120.7600")])["passed"].as_array().unwrap().len(), 0);
    assert_eq!(ann.ok(&["patrol", "fix", &fix("30.7513", "120.7645")])["passed"].as_array().unwrap().len(), 1);
    assert!(ann.text(&["patrol", "show"]).contains("在岗"));
    assert_eq!(fails(&ann, &["patrol", "fix", "30.75,120.76"]).1, "untagged", "a point says its reference system");
    ann.ok(&["patrol", "pass", "泵房（无坐标）"]);
    ann.ok(&["patrol", "stop", "--note", "水位正常"]);
    assert_eq!(fails(&ann, &["patrol", "fix", FAR]).1, "off_duty");

    // She sees her own track first; it says until when it is kept.
    let track = ann.ok(&["patrol", "track"]);
    assert_eq!((track["points"].as_array().unwrap().len(), &track["grain"]), (2, &"fine".into()));
    assert!(ann.text(&["patrol", "track"]).contains("仅本人可见"));

    street.start_again(&address);
    ann.sync();
    bob.sync();
    let told = bob.ok(&["patrol", "show", &patrol]);
    assert_eq!((&told["passed"], told["check_points"].as_array().unwrap().len()), (&2.into(), 3), "{told}");
    let gate = told["check_points"].as_array().unwrap().iter().find(|c| c["name"] == "河东闸口").unwrap();
    assert_eq!(
        (&gate["passings"][0]["reached"], &gate["passings"][0]["crs"]),
        (&true.into(), &"wgs84".into()),
        "{gate}"
    );
    assert_eq!(fails(&bob, &["patrol", "track", &patrol]).1, "not_here", "what is not shared is seen by nobody else");

    // She shares it; Bob sees it as long as it is kept, and his phone keeps none of it. She takes it back.
    ann.ok(&["patrol", "share"]);
    ann.sync();
    let shared = bob.ok(&["patrol", "track", &patrol]);
    assert_eq!(shared.as_array().unwrap().len(), 2, "{shared}");
    assert_eq!(ann.ok(&["patrol", "track"])["told"], true);
    ann.ok(&["patrol", "drop"]);
    ann.sync();
    assert_eq!(fails(&bob, &["patrol", "track", &patrol]).1, "not_here");
    assert_eq!(ann.ok(&["patrol", "track"])["points"].as_array().unwrap().len(), 0);
}
