//! How long forms take: `cargo run --release --example speed FOLDER`.
#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a program for developers")]

use gridwalk_forms::definition::{
    Bind, Control, ControlKind, FormDefinition, Instance, ItemTable, Items, Itemset, Node, NodeId, Source,
};
use gridwalk_forms::run::{Form, Run, Situation};
use gridwalk_forms::xform;
use std::time::Instant;

fn ms(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1000.0
}

fn report(name: &str, mut times: Vec<f64>) {
    times.sort_by(f64::total_cmp);
    let at = |part: usize| times[(times.len() - 1) * part / 100];
    println!("{name}: median {:.4} ms, p95 {:.4} ms, most {:.4} ms of {}", at(50), at(95), at(100), times.len());
}

fn replay(folder: &str, name: &str) {
    let source = std::fs::read_to_string(format!("{folder}/corpus/dev/{name}.xform.xml")).unwrap();
    let fill = std::fs::read_to_string(format!("{folder}/scenarios/dev/corpus/{name}.json")).unwrap();
    let fill: serde_json::Value = serde_json::from_str(&fill).unwrap();
    let begun = Instant::now();
    let definition = xform::read(source.as_bytes()).unwrap();
    let read = ms(begun);
    let begun = Instant::now();
    let form = Form::new(definition, &[]);
    let compiled = ms(begun);
    let begun = Instant::now();
    let mut run = Run::open(form, Situation { now_ms: 1_710_520_245_000, ..Situation::default() });
    println!("{name}: XForm read {read:.2} ms, compiled {compiled:.2} ms, opened {:.2} ms", ms(begun));
    let mut times = Vec::new();
    for _ in 0..5 {
        for step in fill["steps"].as_array().unwrap() {
            if step["op"] == "set"
                && let Some(spot) = run.node(step["path"].as_str().unwrap())
            {
                let begun = Instant::now();
                let _refused = run.set(spot, step["value"].as_str().unwrap_or(""));
                times.push(ms(begun));
            }
        }
    }
    report("  set", times);
}

fn node(name: &str, calculate: Option<String>) -> Node {
    let bind = Bind { calculate, ..Bind::default() };
    Node { parent: Some(NodeId(0)), name: name.to_owned(), bind: Some(Box::new(bind)), ..Node::default() }
}

fn wide() {
    let mut definition = FormDefinition::default();
    definition.nodes.push(Node { name: "data".to_owned(), ..Node::default() });
    for index in 0..3000 {
        definition.nodes.push(node(&format!("q{index}"), None));
    }
    for index in 0..2000 {
        definition.nodes.push(node(&format!("c{index}"), Some(format!("/data/q0 + /data/q{index} + {index}"))));
    }
    let begun = Instant::now();
    let form = Form::new(definition, &[]);
    let mut run = Run::open(form, Situation::default());
    println!("5,000 questions: to running {:.2} ms", ms(begun));
    let spot = run.node("/data/q0").unwrap();
    let mut times = Vec::new();
    for value in 0..50 {
        let begun = Instant::now();
        run.set(spot, &value.to_string()).unwrap();
        times.push(ms(begun));
    }
    report("  set with 2,000 dependent calculations", times);
}

fn long() {
    let columns = ["name", "label", "district", "village"].map(str::to_owned).to_vec();
    let rows = (0..50_000)
        .map(|row| {
            let cell = |text: String| Some(text);
            vec![
                cell(format!("n{row}")),
                cell(format!("Place number {row} of the list")),
                cell(format!("d{}", row / 250)),
                cell(format!("v{}", row % 7)),
            ]
        })
        .collect();
    let mut definition = FormDefinition::default();
    definition.nodes.push(Node { name: "data".to_owned(), ..Node::default() });
    for name in ["district", "place", "text", "found"] {
        definition.nodes.push(node(name, None));
    }
    let source = Source::Items(ItemTable { columns, rows });
    definition.instances.push(Instance { id: "list".to_owned(), source });
    for (index, filter) in [(2, "district = /data/district"), (4, "contains(label, /data/text)")] {
        let nodeset = format!("instance('list')/root/item[{filter}]");
        let items = Items::Set(Itemset { nodeset, value: "name".to_owned(), label: "label".to_owned() });
        let node = Some(NodeId(index));
        definition.body.push(Control { kind: ControlKind::SelectOne, node, items, ..Control::default() });
    }
    let begun = Instant::now();
    let form = Form::new(definition, &[]);
    let mut run = Run::open(form, Situation::default());
    println!("50,000 choices: to running {:.2} ms", ms(begun));
    let (district, place) = (run.node("/data/district").unwrap(), run.node("/data/place").unwrap());
    let (text, found) = (run.node("/data/text").unwrap(), run.node("/data/found").unwrap());
    let (mut filters, mut searches) = (Vec::new(), Vec::new());
    for round in 0..20 {
        let begun = Instant::now();
        run.set(district, &format!("d{round}")).unwrap();
        assert_eq!(run.choices(place).len(), 250);
        filters.push(ms(begun));
        let begun = Instant::now();
        run.set(text, &format!("number {}7", round + 1)).unwrap();
        assert!(!run.choices(found).is_empty());
        searches.push(ms(begun));
    }
    report("  filter to 250 rows and read them", filters);
    report("  text search over all rows", searches);
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM")).unwrap_or("");
    println!("  {line}");
}

fn main() {
    long();
    wide();
    if let Some(folder) = std::env::args().nth(1) {
        replay(&folder, "whova_form");
        replay(&folder, "full_bangladesh_division_to_union");
    }
}
