//! A month in numbers: the phone counts what it holds, the server the same cases by the same formulas, and each number opens
//! its rows.

use super::street::{Phone, Street, fails};
use serde_json::Value as Json;
use std::path::Path;

const GRID: &str = "330402007024001";
const TOWNSHIP: &str = "330402007";

fn number<'a>(sheet: &'a Json, name: &str) -> &'a Json {
    sheet["numbers"].as_array().unwrap().iter().find(|number| number["number"] == name).unwrap()
}

/// Above the line, below it, and left out.
fn counted(sheet: &Json, name: &str) -> (u64, u64, usize) {
    let number = number(sheet, name);
    let left_out = number["left_out"].as_array().unwrap().len();
    (number["top"].as_u64().unwrap(), number["base"].as_u64().unwrap(), left_out)
}

/// Ann reports, bob dispatches with a date, ann handles.
fn handled(ann: &Phone, bob: &Phone, title: &str, due: &str) {
    ann.ok(&["case", "report", title, "--set", "kind=hazard"]);
    ann.sync();
    bob.sync();
    bob.ok(&["case", "accept", title]);
    bob.ok(&["case", "dispatch", title, "--to", GRID, "--due", due]);
    bob.sync();
    ann.sync();
    ann.ok(&["case", "take", title]);
    ann.ok(&["case", "handle", title, "--result", "清理完毕"]);
    ann.sync();
    bob.sync();
}

#[test]
#[expect(clippy::too_many_lines, reason = "one story, told from its beginning to its end")]
fn a_month_in_numbers() {
    let street = Street::new();
    street.user("tao", "duty_officer", TOWNSHIP);
    street.user("zoe", "gridworker", "330402007029001");
    let [ann, bob, tao] = ["ann", "bob", "tao"].map(|login| street.phone(login));
    let picture = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pictures/lane.jpg");
    let picture = picture.to_str().unwrap();
    for (title, due) in [("楼道堆物", "2099-01-01"), ("井盖破损", "2026-01-01"), ("路灯不亮", "2099-01-01")]
    {
        handled(&ann, &bob, title, due);
    }
    for title in ["楼道堆物", "井盖破损"] {
        bob.ok(&["case", "verify", title, "--picture", picture]);
        bob.ok(&["case", "close", title]);
    }
    ann.ok(&["case", "report", "外墙渗水", "--set", "kind=ask"]);
    ann.sync();
    tao.sync();
    tao.ok(&["case", "accept", "外墙渗水"]);
    let hold = ["reason=待旧改", "leader=李书记", "team=专班", "plan=随旧改", "next_on=2099-03-01"];
    let answers: Vec<&str> = hold.iter().flat_map(|answer| ["--answer", *answer]).collect();
    tao.ok(&[&["case", "step", "外墙渗水", "hold"], answers.as_slice()].concat());
    for phone in [&tao, &bob, &ann, &bob, &tao] {
        phone.sync();
    }

    let view = ann.ok(&["numbers"]);
    let month = view["month"].as_str().unwrap().to_owned();
    let (mine, all) = (&view["mine"], &view["all"]);
    assert_eq!((counted(mine, "closing"), counted(all, "closing")), ((2, 3, 1), (2, 3, 1)), "what is held is left out");
    assert_eq!(number(all, "closing")["left_out"][0]["reason"], "held");
    assert!(
        mine["numbers"].as_array().unwrap().iter().all(|number| number["number"] != "coverage"),
        "no doors of one's own"
    );
    let text = ann.text(&["numbers"]);
    assert!(
        text.contains("结案率  2/3  66.7 %") && text.contains("已结案 ÷ 事件") && text.contains("挂账中"),
        "{text}"
    );

    // One was due long ago: it counts in the month of its date, where it is late; the others are due in seventy years.
    let late = ann.ok(&["numbers", "--month", "2026-01"]);
    assert_eq!(counted(&late["all"], "on_time"), (0, 1, 0));
    let ahead = ann.ok(&["numbers", "--month", "2099-01"]);
    assert_eq!(counted(&ahead["all"], "on_time"), (1, 1, 1), "what waits to be verified is left out");
    let rows = ann.ok(&["numbers", "--month", "2099-01", "--rows", "按时结案率"]);
    assert_eq!(rows["top"][0]["title"], "楼道堆物");
    assert_eq!(
        (&rows["left_out"][0]["title"], &rows["left_out"][0]["reason"]),
        (&"路灯不亮".into(), &"waits_for_check".into())
    );
    assert_eq!(fails(&ann, &["numbers", "--rows", "里程"]), (2, "no_such_number".to_owned()));
    assert_eq!(fails(&ann, &["numbers", "--month", "十月"]), (2, "not_a_month".to_owned()));
    let volumes = ann.ok(&["numbers", "--volumes", "kind"]);
    assert_eq!(
        (&volumes["all"][5], &volumes["parts"]["hazard"][5], &volumes["parts"]["ask"][5]),
        (&4.into(), &3.into(), &1.into())
    );
    assert_eq!(volumes["months"][5], month.as_str());

    // The server counts the same cases: a township, by grid and by worker; who supervises nothing sees their own.
    let month_of =
        |rest: &[&str]| street.admin(&[&["appraisal", "month", month.as_str(), "--unit", TOWNSHIP], rest].concat());
    let server = month_of(&["--each", "grid"]);
    for name in ["closing", "verified_first", "held", "handled_again", "asks_grid"] {
        assert_eq!(number(&server["all"], name), number(all, name), "{name}");
    }
    assert_eq!(server["groups"].as_array().unwrap().len(), 1);
    assert_eq!((&server["groups"][0]["code"], &server["own"]), (&GRID.into(), &false.into()));
    let workers = month_of(&["--each", "worker", "--by", "bob"]);
    assert_eq!(
        (&workers["own"], workers["groups"].as_array().unwrap().len()),
        (&true.into(), 0),
        "bob supervises the village only"
    );
    let village =
        street.admin(&["appraisal", "month", &month, "--unit", "330402007024", "--each", "worker", "--by", "bob"]);
    let logins: Vec<&str> =
        village["groups"].as_array().unwrap().iter().map(|group| group["code"].as_str().unwrap()).collect();
    assert_eq!((logins, &village["own"]), (vec!["ann"], &false.into()));
    let own = month_of(&["--by", "ann"]);
    assert_eq!((counted(&own["all"], "closing"), &own["own"]), ((2, 3, 1), &true.into()));
    assert!(month_of(&["--by", "zoe"])["all"]["score"].is_null(), "nothing of others");
    let rows = street.admin(&["appraisal", "rows", "closing", &month, "--unit", TOWNSHIP]);
    assert_eq!((rows["top_rows"].as_array().unwrap().len(), &rows["left_out"][0]["reason"]), (2, &"held".into()));
    assert!(
        street
            .admin_text(&["--lang", "zh", "appraisal", "month", &month, "--unit", TOWNSHIP])
            .contains("结案率  2/3  66.7 %")
    );
    assert_eq!(
        street.admin_fails(&["appraisal", "rows", "mileage", &month, "--unit", TOWNSHIP])["error"]["code"],
        "no_such_number"
    );

    // It goes on: what was held is taken up and closed, and the server's numbers follow.
    ann.ok(&["case", "take", "外墙渗水"]);
    ann.ok(&["case", "handle", "外墙渗水", "--result", "已修"]);
    ann.sync();
    bob.sync();
    bob.ok(&["case", "verify", "外墙渗水"]);
    bob.ok(&["case", "close", "外墙渗水"]);
    bob.sync();
    ann.sync();
    assert_eq!(counted(&month_of(&[])["all"], "closing"), (3, 4, 0));
    assert_eq!(counted(&ann.ok(&["numbers"])["all"], "closing"), (3, 4, 0));
}
