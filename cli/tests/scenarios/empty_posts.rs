//! The establishment of a grid: its posts are there before anybody opens them, and whoever works in the grid fills theirs.

use super::street::{Phone, Street};
use serde_json::Value as Json;

const GRID: &str = "330402007024001";
const SECOND: &str = "330402007024002";
const BASIC: [&str; 7] =
    ["gridworker", "branch_head", "instructor", "mediator", "community_police", "legal_adviser", "building_chief"];

/// Roles of the empty posts of a unit, as a phone or the server lists them.
fn empty(phone: &Phone, grid: &str) -> Vec<String> {
    let units = phone.ok(&["posts", "--empty"]);
    let of = units.as_array().unwrap().iter().filter(|unit| unit["code"] == grid);
    of.flat_map(|unit| unit["posts"].as_array().unwrap())
        .map(|post| post["role"].as_str().unwrap().to_owned())
        .collect()
}

fn listed(street: &Street, grid: &str) -> Vec<(String, i64, Json, Json)> {
    let told = street.admin(&["unit", "post", "list", "--below", grid]);
    let row = |post: &Json| {
        let role = post["role"].as_str().unwrap().to_owned();
        (role, post["number"].as_i64().unwrap(), post["name"].clone(), post["filled"].clone())
    };
    told["posts"].as_array().unwrap().iter().map(row).collect()
}

/// The posts of a role: number, name, whether filled.
fn of_role(street: &Street, grid: &str, role: &str) -> Vec<(i64, Json, Json)> {
    listed(street, grid)
        .into_iter()
        .filter(|(of, ..)| of == role)
        .map(|(_, nth, name, filled)| (nth, name, filled))
        .collect()
}

#[test]
fn a_grid_with_a_post_that_nobody_holds() {
    let street = Street::new();
    street.admin(&["unit", "add", "330402007024003", "光明学校", "--kind", "campus"]);
    let (ann, bob) = (street.phone("ann"), street.phone("bob"));
    street.stop();
    // The account that works in the grid fills its post; all others of the grid are empty, also in the grid beside it.
    assert_eq!(empty(&ann, GRID), BASIC[1..]);
    assert!(ann.text(&["call"]).contains("网格员  ann"), "{}", ann.text(&["call"]));
    assert_eq!(empty(&bob, SECOND), BASIC);
    assert_eq!(empty(&bob, "330402007024003"), ["gridworker", "grid_chief", "instructor", "community_police"]);
}

#[test]
fn staff_from_a_table_fill_posts_and_leave_them() {
    let street = Street::new();
    let table = street.folder().join("staff.csv");
    let head = "姓名,登录名,角色,网格,电话,网格岗位\n";
    let rows = format!(
        "周三,zhou,网格员,{SECOND},13800000003,\n孙四,sun,网格员,{SECOND},13800000004,\n钱五,qian,网格员,{SECOND},13800000005,调解员\n"
    );
    std::fs::write(&table, format!("{head}{rows}")).unwrap();
    let import = ["import", "staff", table.to_str().unwrap(), "--unit", "330402"];
    let given = street.admin(&import);
    assert_eq!((&given["created"]["account"], &given["created"]["post"]), (&3.into(), &3.into()), "{given}");
    let names =
        |role: &str| of_role(&street, SECOND, role).into_iter().map(|(nth, name, _)| (nth, name)).collect::<Vec<_>>();
    assert_eq!(names("gridworker"), [(1, "周三".into()), (2, "孙四".into())]);
    assert_eq!(names("mediator"), [(1, "钱五".into())]);
    let again = street.admin(&import);
    assert_eq!((&again["created"]["post"], &again["changed"]["post"]), (&Json::Null, &Json::Null), "{again}");

    let bob = street.phone("bob");
    let address = street.stop();
    assert_eq!(
        empty(&bob, SECOND),
        ["branch_head", "instructor", "community_police", "legal_adviser", "building_chief"]
    );
    assert!(bob.text(&["call", SECOND]).contains("周三  13800000003"), "{}", bob.text(&["call", SECOND]));
    street.start_again(&address);

    // One leaves: the post is told as empty, and who comes next takes it, without the number of who was there.
    street.admin(&["user", "ungrant", "zhou", "--role", "gridworker", "--unit", SECOND]);
    assert_eq!(of_role(&street, SECOND, "gridworker")[0], (1, "周三".into(), false.into()));
    bob.sync();
    assert!(empty(&bob, SECOND).contains(&"gridworker".to_owned()));
    street.user("wu", "gridworker", SECOND);
    bob.sync();
    assert!(!empty(&bob, SECOND).contains(&"gridworker".to_owned()));
    let text = bob.text(&["call", SECOND]);
    assert!(text.contains("网格员  wu") && !text.contains("13800000003"), "{text}");
    // The role that was given by mistake is taken back, and given again after all: the post follows.
    let acts = street.admin(&["audit", "list"]);
    let act = acts["audit"].as_array().unwrap().iter().find(|act| act["code"] == "granted").unwrap()["number"].clone();
    street.admin(&["audit", "undo", &act.to_string()]);
    assert_eq!(of_role(&street, SECOND, "gridworker")[0], (1, "wu".into(), false.into()));
    street.admin(&["user", "grant", "wu", "--role", "gridworker", "--unit", SECOND]);
    assert_eq!(of_role(&street, SECOND, "gridworker")[0], (1, "wu".into(), true.into()));

    // The whole table is taken back: nobody of it stands in a post any more.
    let undone = street.admin(&["import", "undo", &given["import"].to_string()]);
    assert_eq!(undone["roles_withdrawn"], 2, "{undone}");
    let held =
        listed(&street, SECOND).into_iter().filter(|(_, _, _, filled)| filled == true).map(|(_, _, name, _)| name);
    assert_eq!(held.collect::<Vec<_>>(), [Json::from("wu")]);
}
