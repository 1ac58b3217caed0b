//! Opens every form of a folder and answers at random: nothing may panic or hang.
#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a program for developers")]

use gridwalk_forms::run::{Form, Run, Situation};
use gridwalk_forms::xform;
use std::time::Instant;

const ANSWERS: [&str; 12] =
    ["", "1", "0", "3", "-2", "yes", "a b", "2024-05-09", "36.1 120.3 0 0", "x", "1.5", "99999"];

fn shake(source: &str, seed: u64) -> Option<usize> {
    let definition = xform::read(source.as_bytes()).ok()?;
    let mut run = Run::open(Form::new(definition, &[]), Situation { seed, ..Situation::default() });
    let mut state = seed | 1;
    let mut next = |most: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % most.max(1)
    };
    let mut done = 0;
    for _ in 0..60 {
        let mut all = vec![run.root()];
        let mut at = 0;
        while at < all.len() {
            all.extend(run.below(all[at]));
            at += 1;
        }
        let spot = all[next(all.len())];
        match next(6) {
            0 => {
                for repeat in run.repeats(spot) {
                    let copies = run.copies(repeat, spot).len();
                    let _counted = run.add_copy(repeat.0, spot, next(copies + 1));
                }
            }
            1 => {
                for repeat in run.repeats(spot) {
                    let copies = run.copies(repeat, spot).len();
                    let _counted = run.remove_copy(repeat.0, spot, next(copies));
                }
            }
            _ => {
                let choices = run.choices(spot);
                let text = if choices.is_empty() {
                    ANSWERS[next(ANSWERS.len())].to_owned()
                } else {
                    choices[next(choices.len())].value.clone()
                };
                let _fixed = run.set(spot, &text);
            }
        }
        for spot in all.iter().take(50) {
            if run.node(&run.path(*spot)) == Some(*spot) {
                let _standing = run.standing(*spot);
                done += 1;
            }
        }
    }
    run.finish();
    let _record = run.submission();
    Some(done)
}

fn main() {
    let folder = std::env::args().nth(1).unwrap();
    let (mut forms, mut slowest) = (0, (0.0f64, String::new()));
    let mut each = |name: &str, source: &str| {
        for seed in 0..3 {
            let begun = Instant::now();
            if shake(source, seed).is_some() {
                forms += 1;
            }
            let seconds = begun.elapsed().as_secs_f64();
            if seconds > slowest.0 {
                slowest = (seconds, name.to_owned());
            }
        }
    };
    for line in std::fs::read_to_string(format!("{folder}/pyxform-cases/dev/cases.jsonl")).unwrap().lines() {
        let case: serde_json::Value = serde_json::from_str(line).unwrap();
        if let Some(source) = case["xform"].as_str() {
            each(case["id"].as_str().unwrap(), source);
        }
    }
    for entry in std::fs::read_dir(format!("{folder}/corpus/dev")).unwrap() {
        let path = entry.unwrap().path();
        if path.to_string_lossy().ends_with(".xform.xml") {
            each(&path.to_string_lossy(), &std::fs::read_to_string(&path).unwrap());
        }
    }
    println!("{forms} runs, slowest {:.2} s: {}", slowest.0, slowest.1);
}
