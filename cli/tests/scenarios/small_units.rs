//! What lies below grid and village: micro-grids with their building chiefs, a grid of a campus, natural villages whose
//! families are walked house by house. And the neighbours who look after each other.

use super::street::{Street, fails};
use serde_json::Value as Json;

const VILLAGE: &str = "330402007024";
const GRID: &str = "330402007024001";
const MICRO: &str = "33040200702400101";
const CAMPUS: &str = "330402007024003";

fn titles(list: &Json) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|line| line["title"].as_str().unwrap()).collect()
}

#[test]
fn a_micro_grid_with_its_building_chief_and_a_grid_of_a_campus() {
    let street = Street::new();
    street.admin(&["unit", "add", MICRO, "3 幢微网格"]);
    street.admin(&["unit", "add", CAMPUS, "实验小学网格", "--kind", "campus"]);
    for (unit, role, name, phone) in [
        (GRID, "instructor", "街道指导员", "13800000011"),
        (MICRO, "building_chief", "楼长老钱", "13800000012"),
        (CAMPUS, "gridworker", "校园网格员", "13800000013"),
    ] {
        street.admin(&["unit", "post", "set", unit, role, "--name", name, "--phone", phone]);
    }
    let (ann, bob) = (street.phone("ann"), street.phone("bob"));
    let address = street.stop();
    let told = ann.text(&["call", MICRO]);
    assert!(told.contains("楼栋长  楼长老钱  13800000012"), "{told}");
    assert!(told.contains("网格指导员  街道指导员  13800000011"), "what is above is told, too: {told}");
    assert!(!ann.text(&["call"]).contains("校园网格员"), "a campus beside her grid is not hers");
    assert!(bob.text(&["call", CAMPUS]).contains("校园网格员  13800000013"));

    // A building of the micro-grid; the grid above sees it, the campus does not.
    ann.ok(&["building", "add", "3 幢", "--unit", "3 幢微网格"]);
    ann.ok(&["case", "report", "三楼灯不亮", "--at", "3 幢"]);
    street.start_again(&address);
    ann.sync();
    bob.sync();
    assert_eq!(bob.ok(&["building", "show", "3 幢"])["unit_name"], "3 幢微网格");
    let below = |unit: &str| bob.ok(&["case", "list", "--unit", unit])["rows"].as_array().unwrap().len();
    assert_eq!((below("3 幢微网格"), below(GRID), below("实验小学网格")), (1, 1, 0));
    let listed = street.admin(&["unit", "list", "--below", GRID, "--level", "micro_grid"]);
    assert_eq!(listed["units"][0]["code"], MICRO, "{listed}");
    // The chief moves away: the post is empty, and the list of empty posts says so.
    street.admin(&["unit", "post", "vacate", MICRO, "building_chief", "--until", "2026-01-01"]);
    ann.sync();
    assert!(ann.ok(&["posts", "--empty"]).to_string().contains("building_chief"));
}

#[test]
fn a_natural_village_walked_house_by_house_with_its_booklets() {
    let street = Street::new();
    let hamlet = format!("{VILLAGE}-G01");
    street.admin(&["unit", "add", &hamlet, "沙家浜", "--kind", "natural_village"]);
    street.user("dora", "gridworker", VILLAGE);
    let (dora, bob) = (street.phone("dora"), street.phone("bob"));
    let address = street.stop();
    let family = |label: &str, name: &str, after: Option<&str>| {
        let mut args = vec!["household", "village", label, "--unit", "沙家浜", "--resident", name];
        args.extend(after.into_iter().flat_map(|label| ["--after", label]));
        dora.ok(&args);
    };
    family("沙家", "沙大", None);
    family("陶家", "陶大", None);
    family("杭家", "杭大", Some("沙家"));
    for (name, booklet) in [("沙大", "0001"), ("杭大", "0002"), ("陶大", "0001")] {
        dora.ok(&["resident", "edit", name, "--set", &format!("booklet={booklet}")]);
    }
    let walk = |phone: &super::street::Phone| {
        let walked = phone.ok(&["household", "walk", "沙家浜"]);
        titles(&walked["households"]).into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(walk(&dora), ["沙家", "杭家", "陶家"]);
    // On the way she finds that the Taos live before the Hangs.
    dora.ok(&["household", "place", "陶家", "--unit", "沙家浜", "--after", "沙家"]);
    assert_eq!(walk(&dora), ["沙家", "陶家", "杭家"]);
    street.start_again(&address);
    dora.sync();
    bob.sync();
    assert_eq!(walk(&bob), ["沙家", "陶家", "杭家"], "one order for all");
    let of_one = bob.ok(&["search", "0001"]);
    let mut found = titles(&of_one["rows"]);
    found.sort_unstable();
    assert_eq!(found, ["沙大", "陶大"], "two houses, one booklet: {of_one}");
    let sheet = street.folder().join("沙家浜.html");
    bob.ok(&["print", "doors", "--unit", "沙家浜", "--out", sheet.to_str().unwrap()]);
    let html = std::fs::read_to_string(sheet).unwrap();
    let at = |name: &str| html.find(name).unwrap_or_else(|| panic!("{name} is not on the sheet"));
    assert!(at("沙家") < at("陶家") && at("陶家") < at("杭家"), "the sheet is walked as the village is");
}

#[test]
fn neighbours_linked_and_visited_every_month() {
    let street = Street::new();
    let (ann, bob) = (street.phone("ann"), street.phone("bob"));
    ann.ok(&["building", "add", "3 幢"]);
    for (door, household) in [("401", "王家"), ("402", "陈家"), ("403", "计家")] {
        ann.ok(&["dwelling", "add", door, "--building", "3 幢"]);
        ann.ok(&["household", "add", household, "--dwelling", door]);
    }
    let of = ["--add", "households=王家", "--add", "households=陈家"];
    ann.ok(&[&["link", "add", "3 幢联户", "--set", "head=王大爷"][..], &of].concat());
    let due = |phone: &super::street::Phone| titles(&phone.ok(&["link", "due"])).len();
    assert_eq!(due(&ann), 1, "nobody has visited it yet");
    ann.sync();
    bob.sync();

    // Two gridworkers' phones, one link: ann visits it, bob adds the household that was forgotten, neither with a signal.
    let address = street.stop();
    let heard = ann.ok(&["visit", "3 幢联户", "seen", "--heard", "门口路灯要修"]);
    assert_eq!(heard["cases"].as_array().unwrap().len(), 1);
    bob.ok(&["link", "edit", "3 幢联户", "--add", "households=计家"]);
    street.start_again(&address);
    ann.sync();
    bob.sync();
    ann.sync();
    for phone in [&ann, &bob] {
        assert_eq!(due(phone), 0, "visited this month");
        let card = phone.ok(&["link", "show", "3 幢联户"]);
        let households = card["sets"].as_array().unwrap().iter().find(|set| set["set"] == "households").unwrap();
        assert_eq!(households["elements"].as_array().unwrap().len(), 3, "{card}");
        assert!(phone.ok(&["disagreements"]).as_array().unwrap().is_empty());
    }
    // A month later it is due again; a visit to a household of it is none to the link.
    street.days_pass(32);
    ann.sync();
    assert_eq!(due(&ann), 1);
    ann.ok(&["visit", "王家", "seen"]);
    assert_eq!(due(&ann), 1);
    ann.ok(&["visit", "3 幢联户", "seen"]);
    assert_eq!(due(&ann), 0);
    assert_eq!(fails(&ann, &["link", "add", "空联户", "--picture", "none.jpg"]).0, 7);
}
