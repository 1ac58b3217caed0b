//! The forms that the project offers: each imports without a word, and can be filled to its end in both languages.

#![expect(clippy::unwrap_used, reason = "a test that can't go on stops")]

use gridwalk_forms::definition::FormDefinition;
use gridwalk_forms::import::{Imported, Options, import};
use gridwalk_forms::run::{Form, Run, Situation};
use gridwalk_forms::tree::Spot;
use gridwalk_forms::xform;
use std::path::Path;

/// Answers of which one suits every question that is not a choice.
const ANSWERS: [&str; 11] = [
    "1",
    "0",
    "91350100M000100Y43",
    "2",
    "30",
    "18.5",
    "2024-03-01",
    "2030-01-01",
    "13800000000",
    "11010519491231002X",
    "34.59 119.22 4 5",
];
/// The forms that there are to be.
const FORMS: usize = 7;

fn all() -> Vec<(String, Imported)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../catalog/forms");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|kind| kind == "csv"));
    files.sort();
    let read = |file: std::path::PathBuf| {
        let stem = file.file_stem().unwrap().to_str().unwrap().to_owned();
        let imported = import(&std::fs::read(&file).unwrap(), &Options::default());
        (stem.clone(), imported.unwrap_or_else(|refusal| panic!("{stem}: {refusal:?}")))
    };
    files.into_iter().map(read).collect()
}

fn open(definition: &FormDefinition) -> Run {
    let form = Form::new(definition.clone(), &[]);
    assert!(form.findings().is_empty(), "{:?}", form.findings());
    assert_eq!(form.cycle(), None);
    Run::open(form, Situation { now_ms: 1_710_520_245_000, ..Situation::default() })
}

fn questions(run: &Run, spot: Spot, found: &mut Vec<Spot>) {
    for child in run.below(spot) {
        let standing = run.standing(child);
        if standing.relevant && run.below(child).is_empty() && standing.control.is_some() && !standing.readonly {
            found.push(child);
        }
        questions(run, child, found);
    }
}

/// Answers what is asked until nothing is left to answer or to mend.
fn fill(run: &mut Run, pick: usize) {
    for _ in 0..100 {
        let mut found = Vec::new();
        questions(run, run.root(), &mut found);
        let open = |spot: &Spot| run.standing(*spot).value.is_empty() || run.standing(*spot).violation.is_some();
        let Some(spot) = found.into_iter().find(open) else { return };
        let choices = run.choices(spot);
        if let Some(choice) = choices.get(pick % choices.len().max(1)) {
            run.set(spot, &choice.value).unwrap();
            continue;
        }
        let suits = ANSWERS.iter().find(|answer| {
            run.set(spot, answer).unwrap();
            let standing = run.standing(spot);
            !standing.value.is_empty() && standing.violation.is_none()
        });
        assert!(suits.is_some(), "nothing suits {}", run.path(spot));
    }
    panic!("there is no end");
}

#[test]
fn every_form_that_is_offered_imports_without_a_warning_and_is_the_same_as_an_xform() {
    let all = all();
    assert_eq!(all.len(), FORMS);
    for (name, imported) in all {
        assert_eq!(imported.warnings, [], "{name}");
        assert_eq!(imported.definition.id, name);
        let languages: Vec<&str> = imported.definition.itext.languages.iter().map(|own| &*own.name).collect();
        assert_eq!(languages, ["中文 (zh)", "English (en)"], "{name}");
        let written = imported.definition.to_xform();
        assert_eq!(xform::read(written.as_bytes()).unwrap().to_xform(), written, "{name}");
    }
}

#[test]
fn every_form_that_is_offered_is_filled_to_its_end_whatever_is_chosen() {
    for (name, imported) in all() {
        for pick in 0..6 {
            let mut run = open(&imported.definition);
            fill(&mut run, pick);
            run.finish();
            let record = run.submission();
            assert!(record.contains(&format!("id=\"{name}\"")), "{record}");
            assert!(record.matches("></").count() > 1, "{name} has no answers: {record}");
        }
    }
}

#[test]
fn every_question_has_words_in_both_languages() {
    for (name, imported) in all() {
        let mut run = open(&imported.definition);
        fill(&mut run, 0);
        let mut found = Vec::new();
        questions(&run, run.root(), &mut found);
        assert!(found.len() >= 5, "{name}");
        for spot in found {
            let mut words = |language: &str| {
                assert!(run.set_language(language));
                (run.standing(spot).label.unwrap(), run.choices(spot))
            };
            let (chinese, english) = (words("中文 (zh)"), words("English (en)"));
            assert_ne!(chinese.0, english.0, "{name}");
            assert!(chinese.1.iter().zip(&english.1).all(|(a, b)| a.label != b.label), "{name}");
        }
    }
}

#[test]
fn what_is_asked_about_a_decision_is_no_persons() {
    let (_, form) = all().into_iter().find(|(name, _)| name == "decision_opinions").unwrap();
    for node in &form.definition.nodes {
        assert!(!["name", "phone", "number", "address", "place"].contains(&&*node.name), "{}", node.name);
    }
}
