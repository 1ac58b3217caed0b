//! Expressions as people write them, with what each has to give.

use super::*;
use crate::tree::{Tree, read_xml};
use proptest::prelude::*;

const PAGE: &str = "<data><name> Li  Hua </name><age>41</age><picked>gas fire</picked><blank/>\
    <door at='east'><no>1</no></door><door at='west'><no>2</no><note/></door></data>";

struct Desk;

impl Host for Desk {
    // 2024-05-09 10:30 in China.
    fn now_ms(&self) -> i64 {
        1_715_221_800_000
    }
    fn zone(&self) -> Zone {
        Zone::CHINA
    }
    fn region_name(&self, code: &str, level: Option<&str>) -> Option<String> {
        (code == "370200").then(|| format!("青岛市{}", level.unwrap_or("")))
    }
    fn in_grid(&self, lat: f64, _lon: f64, grid: Option<&str>) -> Option<bool> {
        Some(lat > 36.0 && grid != Some("other"))
    }
}

fn text_of(expression: &str) -> String {
    let mut tree = Tree::new();
    let document = read_xml(&mut tree, PAGE).unwrap();
    let expr = match compile(expression, &mut tree.names, &Prefixes::default(), Dialect::Forms) {
        Ok(expr) => expr,
        Err(fault) => return fault.code().to_owned(),
    };
    let (indices, patterns) = (Indices::default(), Patterns::default());
    let data = tree.first_child(document).unwrap();
    let evaluator = Evaluator::new(&tree, &Desk, &indices, &patterns, data);
    match evaluator.text(&expr) {
        Ok(text) => text.into_owned(),
        Err(fault) => format!("fault: {fault}"),
    }
}

fn all(cases: &[(&str, &str)]) {
    for (expression, expected) in cases {
        assert_eq!(text_of(expression), *expected, "{expression}");
    }
}

#[test]
fn operators_bind_as_the_standard_says() {
    all(&[
        ("1 + 2 * 3", "7"),
        ("(1 + 2) * 3", "9"),
        ("8 - 4 - 2", "2"),
        ("- 2 - - 3", "1"),
        ("7 mod -3", "1"),
        ("1 div 0", "Infinity"),
        ("0 div 0", ""),
        ("1 = 1 and 2 > 3 or 'a' != 'b'", "true"),
        ("1 < 2 = true()", "true"),
        ("'1' = 1", "true"),
        ("age > 40 and age<=41", "true"),
        ("4 div2", "2"),
        ("age and", "expression-unexpected"),
        ("'open", "expression-open-quote"),
        ("$v", "expression-variable"),
        ("sideways::a", "expression-unknown-axis"),
        ("x:a", "expression-unknown-prefix"),
        ("1 | 2", "expression-unexpected"),
    ]);
}

#[test]
fn paths_walk_all_axes() {
    all(&[
        ("/data/age", "41"),
        ("door[2]/no", "2"),
        ("door[no = 2]/@at", "west"),
        ("door[last()]/no", "2"),
        ("//no[. > 1]", "2"),
        ("count(//no | door | //door)", "4"),
        ("door[1]/following-sibling::door/no", "2"),
        ("door[2]/preceding-sibling::*[1]/@at", "east"),
        ("count(door[2]/no/preceding::*)", "6"),
        ("count(age/following::*)", "7"),
        ("name(door[1]/no/ancestor::*[1])", "door"),
        ("count(descendant-or-self::node())", "15"),
        ("name(door/no/..)", "door"),
        ("position(door[2])", "2"),
        ("door/no = 2", "true"),
        ("door/no != 2", "true"),
        ("nothing = ''", "false"),
        ("indexed-repeat(/data/door/no, /data/door, 2)", "2"),
        ("sum(door/no)", "3"),
        ("sum(door/note)", ""),
        ("max(door/no)", "2"),
        ("count-non-empty(door/*)", "2"),
    ]);
}

#[test]
fn texts_count_characters() {
    all(&[
        ("normalize-space(name)", "Li Hua"),
        ("string-length('网格员')", "3"),
        ("substring('网格员', 2)", "格员"),
        ("substring('12345', 1.5, 2.6)", "234"),
        ("substring('12345', -1, 3)", "1"),
        ("substr('hello', -3, -1)", "ll"),
        ("translate('bar', 'abc', 'AB')", "BAr"),
        ("selected(picked, 'fire')", "true"),
        ("selected(picked, 'fir')", "false"),
        ("selected(blank, 'a')", "false"),
        ("selected-at(picked, 1)", "fire"),
        ("count-selected(picked)", "2"),
        ("concat(door/no, '-', age)", "12-41"),
        ("join('、', door/no)", "1、2"),
        ("coalesce(blank, name/@no, 'c')", "c"),
        ("regex('370281', '^(?!000)\\d{6}$')", "true"),
        ("regex('a', '(')", "fault: not a pattern"),
        ("substring-after('a=b=c', '=')", "b=c"),
        ("digest('abc', 'SHA-256', 'hex')", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        ("base64-decode('572R5qC8')", "网格"),
        ("if(age >= 60, 'old', if(blank = '', 'blank', 'x'))", "blank"),
        ("if(true(), 'a', no-such())", "a"),
        ("no-such()", "fault: no function no-such"),
    ]);
}

#[test]
fn numbers_round_away_from_zero() {
    all(&[
        ("round(2.5)", "3"),
        ("round(-2.5)", "-3"),
        ("round(1234.567, 2)", "1234.57"),
        ("round(1234.567, -2)", "1200"),
        ("int(-3.7)", "-3"),
        ("number('1e3')", "1000"),
        ("number('12 kg')", ""),
        ("string(0.1 + 0.2)", "0.30000000000000004"),
        ("1000000000000000000000 * 10", "10000000000000000000000"),
        ("pow(2, 10)", "1024"),
        ("checklist(1, 2, age, blank, 1 = 2)", "true"),
        ("weighted-checklist(3, 5, true(), 2, false(), 9, 1 = 1, 2)", "true"),
    ]);
}

#[test]
fn dates_are_days_by_the_clock_of_the_place() {
    all(&[
        ("today()", "2024-05-09"),
        ("now()", "2024-05-09T10:30:00.000+08:00"),
        ("date('2024-02-29') + 1 = date('2024-03-01')", "true"),
        ("date(date('2024-02-29') + 1)", "2024-03-01"),
        ("date('2024-2-9')", "2024-02-09"),
        ("date('2023-02-29')", "fault: date cannot use its argument"),
        ("date('soon')", "Invalid Date"),
        ("format-date('2024-05-09', '%Y年%n月%e日 %a')", "2024年5月9日 Thu"),
        ("format-date-time(now(), '%H:%M')", "10:30"),
        ("format-date('2024-12-30', '%W')", "01"),
        ("decimal-time('06:00:00')", "0.25"),
        ("int(decimal-date-time('2024-05-09T00:00:00Z'))", "19852"),
        ("'2024-05-09' < today() + 1", "true"),
        ("int((today() - date('1983-06-01')) div 365.25)", "40"),
    ]);
}

#[test]
fn own_functions_know_china() {
    all(&[
        ("cn-id-valid('11010519491231002X')", "true"),
        ("cn-id-valid('110105194912310021')", "false"),
        ("cn-id-valid('')", "false"),
        ("cn-id-birth('11010519491231002X')", "1949-12-31"),
        ("cn-id-sex('11010519491231002X')", "2"),
        ("uscc-valid('91350100M000100Y43')", "true"),
        ("uscc-valid('91350100M000100Y44')", "false"),
        ("region-name('370200', 'city')", "青岛市city"),
        ("region-name('999999')", ""),
        ("in-grid('36.1 120.3 0 0')", "true"),
        ("in-grid('36.1 120.3', 'other')", "false"),
        ("in-grid('')", "false"),
        ("pinyin-match('wxm', '王小明')", "true"),
        ("pinyin-match('lx', '王小明')", "false"),
        // Three working days from a Thursday: the Saturday makes up for the holiday.
        ("add-worktime('2024-05-09T15:00:00.000+08:00', 3, 'workday')", "2024-05-13T17:30:00.000+08:00"),
        ("add-worktime('', 3, 'workday')", ""),
    ]);
}

#[test]
fn places_lie_on_a_sphere() {
    all(&[
        ("distance('0 0;0 90')", "10018696.05"),
        ("area('0 0;0 1;1 1')", "6195628067.9"),
        ("geofence('0.5 0.5', '0 0;0 1;1 1;1 0;0 0')", "true"),
        ("geofence('1.5 0.5', '0 0;0 1;1 1;1 0;0 0')", "false"),
        ("intersects('0 0;1 1;0 1;1 0')", "true"),
        ("intersects('0 0;1 1;0 1')", "false"),
    ]);
}

#[test]
fn what_nests_too_deep_or_is_too_long_is_refused() {
    assert_eq!(text_of(&format!("{}1{}", "(".repeat(500), ")".repeat(500))), "expression-too-large");
    assert_eq!(text_of(&"1+".repeat(1500)), "expression-too-large");
    assert_eq!(text_of(&" ".repeat(300_000)), "expression-too-large");
    assert_eq!(text_of(&format!("{}1", "-".repeat(5000))), "1");
}

#[test]
fn the_same_seed_gives_the_same_order() {
    let items: Vec<u32> = (0..20).collect();
    let once = shuffle::shuffle(&items, 42);
    assert_eq!(once, shuffle::shuffle(&items, 42));
    assert_ne!(once, shuffle::shuffle(&items, 43));
    let mut sorted = once.clone();
    sorted.sort_unstable();
    assert_eq!(sorted, items);
}

proptest! {
    /// Whatever is typed as an expression, it is refused or it ends.
    #[test]
    fn any_text_is_answered(text in "[a-c/@.*()\\[\\],|<>=!+ '\"0-9:$-]{0,60}") {
        text_of(&text);
    }

    /// Pieces of real expressions in any order are answered, too.
    #[test]
    fn any_pieces_are_answered(pieces in prop::collection::vec(prop::sample::select(vec![
        "/data/", "door", "[1]", "[no = 2]", "//", "*", "..", ".", " and ", " div ", "(", ")", ",", "count(", "sum(",
        "if(", "'a'", "1", "-", "|", "=", "date(", "substr(", "selected(", "position(..)", "ancestor::", "@at", "regex(",
    ]), 0..20)) {
        text_of(&pieces.concat());
    }

    /// What a moment is written as is read as the same moment.
    #[test]
    fn moments_are_read_again(ms in -62_000_000_000_000i64..250_000_000_000_000, minutes in -720i32..840) {
        let (moment, zone) = (Moment { ms }, Zone { minutes });
        prop_assert_eq!(Moment::read(&moment.date_time(zone), Zone::UTC), Some(moment));
    }
}
