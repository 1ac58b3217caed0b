//! How long forms take, as one JSON object: `cargo run --release --example speed OUT [FOLDER]`.
//!
//! Takes the workbook of most questions in `FOLDER/corpus/dev` and the long list in `FOLDER/bench`, makes a wide form itself, and writes the
//! XForms to OUT, so that another engine can be timed with the same.
#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a program for developers")]

use gridwalk_forms::definition::{Bind, Control, ControlKind, FormDefinition, Node, NodeId};
use gridwalk_forms::import::{Options, import};
use gridwalk_forms::run::{Form, Run, Situation};
use gridwalk_forms::tree::Spot;
use serde_json::{Map, Value, json};
use std::path::{Path, PathBuf};
use std::time::Instant;

fn ms(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1000.0
}

fn at(times: &mut [f64], part: usize) -> f64 {
    times.sort_by(f64::total_cmp);
    times[(times.len() - 1) * part / 100]
}

fn situation() -> Situation {
    Situation { now_ms: 1_710_520_245_000, ..Situation::default() }
}

fn opened(bytes: &[u8]) -> (FormDefinition, Run) {
    let imported = import(bytes, &Options { stem: Some("form"), ..Options::default() }).unwrap();
    let form = Form::new(imported.definition.clone(), &[]);
    (imported.definition, Run::open(form, situation()))
}

/// Workbook to running: the median of five.
fn to_running(bytes: &[u8]) -> f64 {
    let mut times: Vec<f64> = (0..5)
        .map(|_| {
            let begun = Instant::now();
            let _run = opened(bytes);
            ms(begun)
        })
        .collect();
    at(&mut times, 50)
}

fn walk(run: &Run, spot: Spot, all: &mut Vec<Spot>) {
    for child in run.below(spot) {
        walk(run, child, all);
        if run.standing(child).control.is_some() && run.below(child).is_empty() {
            all.push(child);
        }
    }
}

/// Every question that is asked, in order, three times over.
fn sets(run: &mut Run) -> Vec<f64> {
    let mut times = Vec::new();
    for round in 0..3usize {
        let mut all = Vec::new();
        walk(run, run.root(), &mut all);
        for spot in all {
            let standing = run.standing(spot);
            if !standing.relevant || standing.readonly {
                continue;
            }
            let choices = run.choices(spot);
            let value = match choices.len() {
                0 => (12 + round).to_string(),
                many => choices[round % many].value.clone(),
            };
            let begun = Instant::now();
            let _refused = run.set(spot, &value);
            times.push(ms(begun));
        }
    }
    times
}

fn real(folder: &Path, out: &Path, told: &mut Map<String, Value>) {
    let mut best: Option<(usize, Vec<u8>)> = None;
    for entry in std::fs::read_dir(folder.join("corpus/dev")).unwrap() {
        let path = entry.unwrap().path();
        if !path.extension().is_some_and(|kind| kind == "xlsx" || kind == "xls") {
            continue;
        }
        let bytes = std::fs::read(&path).unwrap();
        let Ok(imported) = import(&bytes, &Options::default()) else { continue };
        let questions = imported.definition.nodes.len();
        if best.as_ref().is_none_or(|(most, _)| questions > *most) {
            best = Some((questions, bytes));
        }
    }
    let (questions, bytes) = best.unwrap();
    let (definition, mut run) = opened(&bytes);
    std::fs::write(out.join("real.xml"), definition.to_xform()).unwrap();
    let mut times = sets(&mut run);
    told.insert("real".to_owned(), json!({ "nodes": questions, "to_running": to_running(&bytes), "sets": times.len(), "set": at(&mut times, 50), "set_p95": at(&mut times, 95) }));
}

fn spot(run: &Run, name: &str) -> Spot {
    run.node(&format!("/data/{name}")).unwrap()
}

fn long(folder: &Path, out: &Path, told: &mut Map<String, Value>) {
    let mut files = std::fs::read_dir(folder.join("bench")).unwrap().map(|entry| entry.unwrap().path());
    let workbook = files.find(|path| path.extension().is_some_and(|kind| kind == "xlsx")).unwrap();
    let bytes = std::fs::read(workbook).unwrap();
    let (definition, mut run) = opened(&bytes);
    std::fs::write(out.join("long.xml"), definition.to_xform()).unwrap();
    let held = out.join("long.definition");
    std::fs::write(&held, definition.encode()).unwrap();
    let (district, village, text, found) =
        (spot(&run, "district"), spot(&run, "village"), spot(&run, "q"), spot(&run, "found"));
    let region = spot(&run, "region");
    let (mut filters, mut searches) = (Vec::new(), Vec::new());
    for round in 0..20 {
        run.set(region, &format!("r{}", round % 10)).unwrap();
        let begun = Instant::now();
        run.set(district, &format!("d{round}")).unwrap();
        assert_eq!(run.choices(village).len(), 250);
        filters.push(ms(begun));
        let begun = Instant::now();
        run.set(text, &format!("village {}7", round + 1)).unwrap();
        assert!(!run.choices(found).is_empty());
        searches.push(ms(begun));
    }
    let program = std::env::current_exe().unwrap();
    let memory = std::process::Command::new(program).arg("hold").arg(&held).output().unwrap();
    let memory: f64 = String::from_utf8(memory.stdout).unwrap().trim().parse().unwrap();
    told.insert("long".to_owned(), json!({ "to_running": to_running(&bytes), "filter": at(&mut filters, 50), "search": at(&mut searches, 50), "memory_mb": memory }));
}

/// Opens a definition as a phone does and filters once; the most memory that it took, in MB.
fn hold(definition: &str) {
    let form = Form::new(FormDefinition::decode(&std::fs::read(definition).unwrap()).unwrap(), &[]);
    let mut run = Run::open(form, situation());
    let (region, district, village) = (spot(&run, "region"), spot(&run, "district"), spot(&run, "village"));
    run.set(region, "r3").unwrap();
    run.set(district, "d3").unwrap();
    assert_eq!(run.choices(village).len(), 250);
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM")).unwrap();
    let kib: f64 = line.split_whitespace().nth(1).unwrap().parse().unwrap();
    println!("{}", kib / 1024.0);
}

fn node(name: &str, calculate: Option<String>) -> Node {
    let bind = Bind { calculate, data_type: Some("int".to_owned()), ..Bind::default() };
    Node { parent: Some(NodeId(0)), name: name.to_owned(), bind: Some(Box::new(bind)), ..Node::default() }
}

fn wide(out: &Path, told: &mut Map<String, Value>) {
    let mut definition =
        FormDefinition { id: "wide".to_owned(), title: "wide".to_owned(), ..FormDefinition::default() };
    definition.nodes.push(Node { name: "data".to_owned(), ..Node::default() });
    for index in 0..3000 {
        definition.nodes.push(node(&format!("q{index}"), None));
        let node = Some(NodeId(index + 1));
        definition.body.push(Control { kind: ControlKind::Input, node, ..Control::default() });
    }
    for index in 0..2000 {
        definition.nodes.push(node(&format!("c{index}"), Some(format!("/data/q0 + /data/q{} + {index}", index + 1))));
    }
    std::fs::write(out.join("wide.xml"), definition.to_xform()).unwrap();
    let begun = Instant::now();
    let mut run = Run::open(Form::new(definition, &[]), situation());
    let to_running = ms(begun);
    let first = spot(&run, "q0");
    let mut times = Vec::new();
    for value in 0..50 {
        let begun = Instant::now();
        run.set(first, &value.to_string()).unwrap();
        times.push(ms(begun));
    }
    told.insert(
        "wide".to_owned(),
        json!({ "to_running": to_running, "set": at(&mut times, 50), "set_p95": at(&mut times, 95) }),
    );
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [word, definition] = arguments.as_slice()
        && word == "hold"
    {
        return hold(definition);
    }
    let out = PathBuf::from(arguments.first().unwrap());
    let mut told = Map::new();
    wide(&out, &mut told);
    if let Some(folder) = arguments.get(1) {
        real(Path::new(folder), &out, &mut told);
        long(Path::new(folder), &out, &mut told);
    }
    println!("{}", Value::Object(told));
}
