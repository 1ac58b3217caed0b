//! Replays recorded fills: `cargo run --example steps FOLDER [NAME]`.
#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a program for developers")]

#[path = "../tests/corpus/scenario.rs"]
mod scenario;
#[path = "../tests/corpus/xform.rs"]
mod xform;

use std::collections::HashMap;
use std::path::Path;

fn main() {
    let folder = std::env::args().nth(1).unwrap();
    let only = std::env::args().nth(2);
    let (mut agreed, mut total, mut steps, mut steps_agreed) = (0, 0, 0, 0);
    let mut cases: HashMap<String, String> = HashMap::new();
    for line in std::fs::read_to_string(Path::new(&folder).join("pyxform-cases/dev/cases.jsonl")).unwrap().lines() {
        let case: serde_json::Value = serde_json::from_str(line).unwrap();
        if let Some(xform) = case["xform"].as_str() {
            cases.insert(case["id"].as_str().unwrap().to_owned(), xform.to_owned());
        }
    }
    let mut files: Vec<_> = ["corpus", "pyxform", "synthetic"]
        .iter()
        .flat_map(|kind| std::fs::read_dir(Path::new(&folder).join("scenarios/dev").join(kind)).unwrap())
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "json"))
        .collect();
    files.sort();
    for file in files {
        let name = file.file_stem().unwrap().to_string_lossy().into_owned();
        if only.as_ref().is_some_and(|only| *only != name) {
            continue;
        }
        let fill: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
        let source = fill["xform"].as_str().or(fill["source"].as_str()).unwrap();
        let xform = match source.split_once('#') {
            Some((_, id)) => cases[id].clone(),
            None => std::fs::read_to_string(Path::new(&folder).join(source)).unwrap(),
        };
        let Some(definition) = xform::read(&xform) else {
            println!("== {name}: not read");
            continue;
        };
        let outcome = scenario::check(definition, &fill);
        agreed += outcome.agreed;
        total += outcome.total;
        steps += outcome.steps;
        steps_agreed += outcome.steps_agreed;
        if !outcome.differences.is_empty() {
            println!("== {name}: {} of {} steps", outcome.steps_agreed, outcome.steps);
            let shown = if only.is_some() { 60 } else { 3 };
            for difference in outcome.differences.iter().take(shown) {
                println!(
                    "   {}",
                    difference.chars().take(if only.is_some() { 100_000 } else { 400 }).collect::<String>()
                );
            }
        }
    }
    println!("{agreed} of {total} observations, {steps_agreed} of {steps} steps");
}
