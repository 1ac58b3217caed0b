//! Forms that are filled step by step.

use super::*;
use crate::definition::*;
use crate::tree::Spot;
use proptest::prelude::*;

/// A form under construction: a line for each node, indented by its depth.
#[derive(Default)]
struct Sheet {
    form: FormDefinition,
}

impl Sheet {
    fn new() -> Sheet {
        let mut sheet = Sheet::default();
        sheet.form.nodes.push(Node { name: "data".to_owned(), ..Node::default() });
        sheet
    }

    fn id(&self, path: &str) -> NodeId {
        self.form.find(path).unwrap_or_else(|| panic!("{path}"))
    }

    /// Adds a question at a path, with its bind as `kind=expression` pairs.
    fn ask(mut self, path: &str, bind: &[(&str, &str)]) -> Sheet {
        let (above, name) = path.rsplit_once('/').unwrap();
        let parent = self.id(above);
        let get = |kind: &str| bind.iter().find(|(own, _)| *own == kind).map(|(_, text)| (*text).to_owned());
        let message = |kind: &str| get(kind).map(Message::Plain);
        let own = Bind {
            data_type: get("type"),
            relevant: get("relevant"),
            required: get("required"),
            required_message: message("required_message"),
            constraint: get("constraint"),
            constraint_message: message("message"),
            readonly: get("readonly"),
            calculate: get("calculate"),
            ..Bind::default()
        };
        let value = get("value").unwrap_or_default();
        let node =
            Node { parent: Some(parent), name: name.to_owned(), value, bind: Some(Box::new(own)), ..Node::default() };
        self.form.nodes.push(node);
        let id = NodeId(u32::try_from(self.form.nodes.len() - 1).unwrap());
        if let Some(label) = get("label") {
            let label = Text { parts: vec![Part::Plain(label)], ..Text::default() };
            self.form.body.push(Control { node: Some(id), label: Some(label), ..Control::default() });
        }
        self
    }

    fn repeat(mut self, path: &str, initial: u32, count: Option<&str>) -> Sheet {
        self = self.ask(path, &[]);
        let id = self.id(path);
        self.form.nodes[id.0 as usize].repeat = Some(Box::new(Repeat { initial, template: true, ..Repeat::default() }));
        let attributes = count.map(|count| Attribute::new("jr:count", count)).into_iter().collect();
        self.form.body.push(Control { kind: ControlKind::Repeat, node: Some(id), attributes, ..Control::default() });
        self
    }

    fn pick(mut self, path: &str, kind: ControlKind, nodeset: &str) -> Sheet {
        self = self.ask(path, &[]);
        let set = Itemset { nodeset: nodeset.to_owned(), value: "name".to_owned(), label: "label".to_owned() };
        let node = Some(self.id(path));
        self.form.body.push(Control { kind, node, items: Items::Set(set), ..Control::default() });
        self
    }

    fn list(mut self, id: &str, columns: &[&str], rows: &[&[&str]]) -> Sheet {
        let table = ItemTable {
            columns: columns.iter().map(|column| (*column).to_owned()).collect(),
            rows: rows.iter().map(|row| row.iter().map(|cell| Some((*cell).to_owned())).collect()).collect(),
        };
        self.form.instances.push(Instance { id: id.to_owned(), source: Source::Items(table) });
        self
    }

    fn form(self) -> Form {
        Form::new(self.form, &[])
    }

    fn open(self) -> Run {
        Run::open(self.form(), Situation { now_ms: 1_715_221_800_000, zone_minutes: 480, ..Situation::default() })
    }
}

fn spot(run: &Run, path: &str) -> Spot {
    run.node(path).unwrap_or_else(|| panic!("{path}"))
}

fn set(run: &mut Run, path: &str, text: &str) {
    let spot = spot(run, path);
    run.set(spot, text).unwrap();
}

fn value(run: &Run, path: &str) -> String {
    run.value(spot(run, path)).to_owned()
}

#[test]
fn an_answer_that_is_not_asked_is_kept_but_counts_as_blank() {
    let mut run = Sheet::new()
        .ask("/data/any", &[])
        .ask("/data/home", &[("relevant", "/data/any = 'yes'")])
        .ask("/data/home/people", &[("type", "int"), ("required", "true()"), ("required_message", "How many?")])
        .ask("/data/beds", &[("calculate", "coalesce(/data/home/people, 0) + 1")])
        .open();
    assert!(!run.standing(spot(&run, "/data/home/people")).relevant);
    assert_eq!(run.violation(spot(&run, "/data/home/people")), None);
    set(&mut run, "/data/any", "yes");
    let missing = Some((Violation::Required, Some("How many?".to_owned())));
    assert_eq!(run.violation(spot(&run, "/data/home/people")), missing);
    set(&mut run, "/data/home/people", "4.7");
    assert_eq!((value(&run, "/data/home/people"), value(&run, "/data/beds")), ("4".to_owned(), "5".to_owned()));
    set(&mut run, "/data/any", "no");
    assert_eq!((value(&run, "/data/home/people"), value(&run, "/data/beds")), (String::new(), "1".to_owned()));
    assert_eq!(run.submission(), "<data><any>no</any><beds>1</beds></data>");
    run.form.definition.id = "home".to_owned();
    run.form.definition.version = "3".to_owned();
    assert!(run.submission().starts_with("<data id=\"home\" version=\"3\"><any>"));
    set(&mut run, "/data/any", "yes");
    assert_eq!(value(&run, "/data/beds"), "5");
}

#[test]
fn a_change_costs_what_depends_on_it() {
    let mut sheet = Sheet::new();
    for index in 0..300 {
        sheet = sheet
            .ask(&format!("/data/q{index}"), &[("type", "int")])
            .ask(&format!("/data/c{index}"), &[("calculate", &format!("/data/q{index} * 2"))])
            .ask(&format!("/data/j{index}"), &[("constraint", &format!(". < /data/c{index}"))]);
    }
    let mut run = sheet.open();
    let before = run.reckoned();
    set(&mut run, "/data/q7", "21");
    assert_eq!(value(&run, "/data/c7"), "42");
    // One calculation, and one judgement that reads it.
    assert_eq!(run.reckoned() - before, 2);
}

#[test]
fn copies_of_a_repeat_see_their_own_brothers_and_all_together() {
    let mut run = Sheet::new()
        .repeat("/data/child", 1, None)
        .ask("/data/child/age", &[("type", "int")])
        .ask("/data/child/next", &[("calculate", "../age + 1")])
        .ask("/data/child/place", &[("calculate", "position(..)")])
        .ask("/data/child/share", &[("calculate", "round(../age div sum(/data/child/age), 2)")])
        .ask("/data/sum", &[("calculate", "sum(/data/child/age)")])
        .ask("/data/count", &[("calculate", "count(/data/child)")])
        .open();
    set(&mut run, "/data/child[1]/age", "3");
    let (repeat, parent) = run.repeat("/data/child").unwrap();
    run.add_copy(repeat.0, parent, 0).unwrap();
    set(&mut run, "/data/child[1]/age", "9");
    assert_eq!(value(&run, "/data/child[2]/age"), "3");
    assert_eq!((value(&run, "/data/child[1]/place"), value(&run, "/data/child[2]/place")), ("1".into(), "2".into()));
    assert_eq!((value(&run, "/data/sum"), value(&run, "/data/count")), ("12".into(), "2".into()));
    assert_eq!((value(&run, "/data/child[2]/share"), value(&run, "/data/child[2]/next")), ("0.25".into(), "4".into()));
    run.remove_copy(repeat.0, parent, 0).unwrap();
    assert_eq!((value(&run, "/data/sum"), value(&run, "/data/child[1]/place")), ("3".into(), "1".into()));
    assert_eq!(value(&run, "/data/child[1]/share"), "1");
    assert_eq!(run.remove_copy(repeat.0, parent, 5), Err(RunFault::NoAnswer));
}

#[test]
fn a_counted_repeat_has_as_many_copies_as_the_answer_says() {
    let mut run = Sheet::new()
        .ask("/data/many", &[("type", "int")])
        .repeat("/data/door", 1, Some("/data/many"))
        .ask("/data/door/no", &[("value", "x")])
        .ask("/data/all", &[("calculate", "join('', /data/door/no)")])
        .open();
    let (repeat, parent) = run.repeat("/data/door").unwrap();
    assert!(run.copies(repeat, parent).is_empty() && run.is_counted(repeat));
    for (many, all) in [("3", "xxx"), ("1", "x"), ("-2", ""), ("2", "xx")] {
        set(&mut run, "/data/many", many);
        assert_eq!(value(&run, "/data/all"), all, "{many}");
    }
    assert_eq!(run.add_copy(repeat.0, parent, 0), Err(RunFault::Counted));
}

fn cascade() -> Sheet {
    Sheet::new()
        .list("town", &["name", "label", "county"], &[&["t1", "城东", "a"], &["t2", "城西", "a"], &["t3", "河口", "b"]])
        .ask("/data/county", &[])
        .pick("/data/town", ControlKind::SelectOne, "instance('town')/root/item[county = /data/county]")
        .pick("/data/seen", ControlKind::SelectMany, "instance('town')/root/item")
        .ask("/data/name", &[("calculate", "jr:choice-name(/data/town, '/data/town')")])
        .ask("/data/of", &[("calculate", "pulldata('town', 'county', 'name', /data/town)")])
}

#[test]
fn a_choice_that_is_no_longer_on_offer_is_no_answer() {
    let mut run = cascade().open();
    set(&mut run, "/data/county", "a");
    let labels: Vec<String> = run.choices(spot(&run, "/data/town")).into_iter().map(|choice| choice.label).collect();
    assert_eq!(labels, ["城东", "城西"]);
    set(&mut run, "/data/town", "t3");
    assert_eq!(value(&run, "/data/town"), "");
    set(&mut run, "/data/town", "t2");
    assert_eq!((value(&run, "/data/name"), value(&run, "/data/of")), ("城西".into(), "a".into()));
    set(&mut run, "/data/county", "b");
    assert_eq!((value(&run, "/data/town"), value(&run, "/data/name")), (String::new(), String::new()));
    set(&mut run, "/data/seen", "t3 none t1");
    assert_eq!(value(&run, "/data/seen"), "t1 t3");
}

#[test]
fn what_a_person_may_not_change_is_refused() {
    let mut run = Sheet::new()
        .ask("/data/closed", &[])
        .ask("/data/part", &[("readonly", "/data/closed = 1")])
        .ask("/data/part/word", &[("constraint", "string-length(.) < 5"), ("message", "too long")])
        .open();
    set(&mut run, "/data/part/word", "longer");
    let wrong = Some((Violation::Constraint, Some("too long".to_owned())));
    assert_eq!(run.violation(spot(&run, "/data/part/word")), wrong);
    set(&mut run, "/data/closed", "1");
    let word = spot(&run, "/data/part/word");
    assert_eq!(run.set(word, "a"), Err(RunFault::ReadOnly));
    let part = spot(&run, "/data/part");
    assert_eq!(run.set(part, "a"), Err(RunFault::NoAnswer));
}

#[test]
fn circles_are_named_and_end() {
    let form = Sheet::new()
        .ask("/data/a", &[("calculate", "/data/c + 1")])
        .ask("/data/b", &[("calculate", "/data/a + 1")])
        .ask("/data/c", &[("calculate", "coalesce(/data/b, 0) + 1")])
        .form();
    let paths = form.cycle().map(|cycle| cycle.paths).unwrap_or_default();
    assert_eq!(paths.len(), 3);
    assert!(["/data/a", "/data/b", "/data/c"].iter().all(|path| paths.iter().any(|known| known == path)));
    let run = Run::open(form, Situation::default());
    assert!(run.reckoned() > 0);
    // Its own answer, and a copy's neighbour, make no circle.
    let fine = Sheet::new()
        .ask("/data/id", &[("calculate", "once(uuid())")])
        .repeat("/data/day", 2, None)
        .ask("/data/day/sum", &[("calculate", "1 + coalesce(../preceding-sibling::day[1]/sum, 0)")])
        .form();
    assert_eq!(fine.cycle(), None);
    let run = Run::open(fine, Situation::default());
    assert_eq!(value(&run, "/data/day[2]/sum"), "2");
    assert_eq!(value(&run, "/data/id").len(), 36);
}

#[test]
fn actions_write_when_something_happens() {
    let mut sheet = Sheet::new()
        .ask("/data/who", &[])
        .ask("/data/since", &[])
        .ask("/data/day", &[])
        .repeat("/data/visit", 0, None)
        .ask("/data/visit/no", &[]);
    let action = |sheet: &Sheet, event: &str, target: &str, value: &str| Action {
        events: vec![event.to_owned()],
        target: sheet.id(target),
        value: Some(value.to_owned()),
        ..Action::default()
    };
    sheet.form.actions.push(action(&sheet, "odk-instance-first-load", "/data/day", "format-date(today(), '%Y/%n/%e')"));
    let actions = vec![action(&sheet, "xforms-value-changed", "/data/since", "concat(/data/who, '!')")];
    let node = Some(sheet.id("/data/who"));
    sheet.form.body.push(Control { node, actions, ..Control::default() });
    let grown = action(&sheet, "odk-new-repeat", "/data/visit/no", "position(..)");
    sheet.form.actions.push(grown);
    let mut run = sheet.open();
    assert_eq!((value(&run, "/data/day"), value(&run, "/data/since")), ("2024/5/9".into(), String::new()));
    set(&mut run, "/data/who", "Li");
    assert_eq!(value(&run, "/data/since"), "Li!");
    let (repeat, parent) = run.repeat("/data/visit").unwrap();
    run.add_copy(repeat.0, parent, 0).unwrap();
    run.add_copy(repeat.0, parent, 1).unwrap();
    assert_eq!((value(&run, "/data/visit[1]/no"), value(&run, "/data/visit[2]/no")), ("1".into(), "2".into()));
}

#[test]
fn a_language_that_lacks_a_text_shows_the_usual_one() {
    let mut sheet = Sheet::new().ask("/data/name", &[("value", "王")]).ask("/data/note", &[]);
    let value = |language, words: &str| TextValue {
        language,
        form: None,
        parts: vec![Part::Plain(words.to_owned()), Part::Output("/data/name".to_owned())],
    };
    sheet.form.itext.languages = ["中文", "English"]
        .iter()
        .map(|name| Language { name: (*name).to_owned(), default: *name == "中文" })
        .collect();
    sheet.form.itext.entries = vec![
        TextEntry { id: "both".to_owned(), values: vec![value(0, "您好 "), value(1, "Hello ")] },
        TextEntry { id: "one".to_owned(), values: vec![value(0, "姓名 ")] },
    ];
    let text = |id: &str| Some(Text { itext: Some(id.to_owned()), ..Text::default() });
    let node = Some(sheet.id("/data/note"));
    sheet.form.body.push(Control { node, label: text("both"), hint: text("one"), ..Control::default() });
    let mut run = sheet.open();
    let words = |run: &Run| {
        let standing = run.standing(spot(run, "/data/note"));
        (standing.label.unwrap_or_default(), standing.hint.unwrap_or_default())
    };
    assert_eq!(words(&run), ("您好 王".to_owned(), "姓名 王".to_owned()));
    assert!(run.set_language("English") && !run.set_language("Latin"));
    assert_eq!(words(&run), ("Hello 王".to_owned(), "姓名 王".to_owned()));
}

#[test]
fn what_cannot_be_compiled_is_found_and_hides_nothing() {
    let form =
        Sheet::new().ask("/data/a", &[("relevant", "no-such(1)")]).ask("/data/b", &[("calculate", "1 +")]).form();
    let found: Vec<(&str, &str)> =
        form.findings().iter().map(|finding| (finding.path.as_str(), finding.fault.code())).collect();
    assert_eq!(found, [("/data/a", "expression-unknown-function"), ("/data/b", "expression-unexpected")]);
    let run = Run::open(form, Situation::default());
    assert!(run.standing(spot(&run, "/data/a")).relevant);
}

fn maze() -> Sheet {
    cascade()
        .ask("/data/many", &[("type", "int")])
        .ask("/data/part", &[("relevant", "/data/many > 1")])
        .ask("/data/part/x", &[("type", "decimal")])
        .ask("/data/part/y", &[("relevant", "../x > 2"), ("calculate", "../x * /data/many")])
        .repeat("/data/door", 0, Some("coalesce(/data/many, 0)"))
        .ask("/data/door/a", &[("type", "int")])
        .ask("/data/door/b", &[("calculate", "if(../a > 2, ../a * position(..), /data/part/y)")])
        .ask(
            "/data/end",
            &[("calculate", "concat(sum(/data/door/a), '-', join(',', /data/door/b), count(//door[a > 1]))")],
        )
}

const ASKED: [&str; 7] =
    ["/data/county", "/data/town", "/data/many", "/data/part/x", "/data/door[1]/a", "/data/door[2]/a", "/data/seen"];

fn all_of(run: &Run, top: Spot, lines: &mut Vec<String>) {
    let standing = run.standing(top);
    lines.push(format!("{} {} {:?} {}", run.path(top), standing.relevant, standing.violation, standing.value));
    for child in run.below(top) {
        all_of(run, child, lines);
    }
}

proptest! {
    /// Whatever was changed in whatever order, the state is the one of a fresh run with the same answers.
    #[test]
    fn the_way_does_not_matter(steps in prop::collection::vec(
        (0usize..7, prop::sample::select(vec!["", "1", "2", "3", "a", "b", "t1", "t3", "2.5"])), 0..25)) {
        let mut run = maze().open();
        let mut last = std::collections::BTreeMap::new();
        for (place, text) in steps {
            if let Some(spot) = run.node(ASKED[place]) {
                run.set(spot, text).unwrap();
                let copies = run.repeat("/data/door").map_or(0, |(repeat, parent)| run.copies(repeat, parent).len());
                last.retain(|place, _| ![4, 5].contains(place) || *place < 4 + copies);
                let typed = run.state(spot).typed.to_string();
                last.insert(place, typed);
            }
        }
        let mut fresh = maze().open();
        for place in [2, 3, 0, 1, 4, 5, 6] {
            if let (Some(spot), Some(text)) = (fresh.node(ASKED[place]), last.get(&place)) {
                fresh.state_mut(spot).typed = text.as_str().into();
                fresh.refresh(spot);
                fresh.settle();
            }
        }
        let (mut one, mut two) = (Vec::new(), Vec::new());
        all_of(&run, run.root(), &mut one);
        all_of(&fresh, fresh.root(), &mut two);
        prop_assert_eq!(one, two);
    }
}
