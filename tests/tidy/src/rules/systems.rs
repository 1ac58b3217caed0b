//! Every system that Gridwalk has to do the job of names the scenarios that show it, and those exist and run.
//!
//! Owns the page `docs/systems.md`, which is made from `catalog/systems.toml`. Invariant: the page is what the table makes.

use std::collections::BTreeMap;

use crate::{Offence, Tree};

/// The table.
const TABLE: &str = "catalog/systems.toml";
/// The page made from it.
pub const PAGE: &str = "docs/systems.md";
const HEAD: &str = "\
# What Gridwalk has to do the job of

Made from [catalog/systems.toml](../catalog/systems.toml) by `cargo xtask systems`; `tests/tidy` fails when a scenario named here is
missing, ignored, or this page is not what the table makes.

| system | what it does | what Gridwalk needs for it | shown by | not shown yet |
|---|---|---|---|---|
";

/// One row of the table.
#[derive(Debug)]
struct System {
    name: String,
    job: String,
    needs: String,
    scenarios: Vec<String>,
    planned: String,
}

/// Finds scenarios that are missing or ignored, rows that name none and plan none, and a page that is not the table's.
pub fn check(tree: &Tree) -> Vec<Offence> {
    let Some(file) = tree.files.iter().find(|file| file.path == TABLE) else {
        return vec![Offence::new(TABLE, 1, "the table is missing", "write it again")];
    };
    let systems = match read(&file.text) {
        Ok(systems) => systems,
        Err(fault) => return vec![Offence::new(TABLE, 1, fault, "mend the table")],
    };
    let tests = tests(tree);
    let mut offences = Vec::new();
    for system in &systems {
        let line = 1 + file.text.lines().position(|line| line.contains(&system.name)).unwrap_or_default();
        if system.scenarios.is_empty() && system.planned.is_empty() {
            let what = format!("{} is shown by nothing", system.name);
            offences.push(Offence::new(TABLE, line, what, "name its scenarios, or what is planned"));
        }
        for scenario in &system.scenarios {
            let what = match tests.get(scenario.as_str()) {
                None => format!("there is no scenario {scenario}"),
                Some(TestState::Ignored) => format!("the scenario {scenario} is ignored"),
                Some(TestState::Runs) => continue,
            };
            offences.push(Offence::new(TABLE, line, what, "name a test that runs"));
        }
    }
    let stands = tree.files.iter().find(|file| file.path == PAGE).map_or("", |file| &*file.text);
    if stands != page_of(&systems) {
        offences.push(Offence::new(PAGE, 1, "the page is not what the table makes", "cargo xtask systems"));
    }
    offences
}

/// The page that the table of a project makes, or what is wrong with the table.
pub fn page(tree: &Tree) -> Result<String, String> {
    let file = tree.files.iter().find(|file| file.path == TABLE).ok_or_else(|| format!("{TABLE} is missing"))?;
    read(&file.text).map(|systems| page_of(&systems))
}

fn page_of(systems: &[System]) -> String {
    let row = |system: &System| {
        let shown: Vec<String> = system.scenarios.iter().map(|name| format!("`{name}`")).collect();
        let cells = [&system.name, &system.job, &system.needs, &shown.join(", "), &system.planned];
        let cells = cells.map(|cell| cell.replace('|', "\\|"));
        ["| ", &cells.join(" | "), " |\n"].concat()
    };
    HEAD.to_owned() + &systems.iter().map(row).collect::<String>()
}

fn read(text: &str) -> Result<Vec<System>, String> {
    let table: toml::Table = text.parse().map_err(|fault: toml::de::Error| fault.to_string())?;
    let rows = table.get("system").and_then(toml::Value::as_array).ok_or("no [[system]] stands in it")?;
    rows.iter().map(system).collect()
}

fn system(row: &toml::Value) -> Result<System, String> {
    let text = |key: &str| {
        let value = row.get(key).and_then(toml::Value::as_str);
        value.map(str::to_owned).ok_or_else(|| format!("a row lacks the text {key}: {row}"))
    };
    let name = row.get("scenarios").and_then(toml::Value::as_array);
    let names = name.ok_or_else(|| format!("a row lacks scenarios: {row}"))?.iter().map(toml::Value::as_str);
    let scenarios = names.map(|name| name.map(str::to_owned).ok_or_else(|| format!("a scenario is no name: {row}")));
    Ok(System {
        name: text("name")?,
        job: text("job")?,
        needs: text("needs")?,
        scenarios: scenarios.collect::<Result<_, _>>()?,
        planned: text("planned")?,
    })
}

/// Whether a test runs when all are run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum TestState {
    Runs,
    Ignored,
}

/// Where scenarios stand: through the programs, and where a story has more phones than a test has time for programs, in one process.
const HOMES: [&str; 2] = ["cli/tests/", "tests/sim/src/"];

/// The tests of the command line by their names: functions after a line `#[test]`.
fn tests(tree: &Tree) -> BTreeMap<&str, TestState> {
    let mut tests = BTreeMap::new();
    for (file, _) in tree.rust().filter(|(file, _)| HOMES.iter().any(|home| file.path.starts_with(home))) {
        let mut state = None;
        for line in file.text.lines().map(str::trim) {
            if line == "#[test]" {
                state = state.or(Some(TestState::Runs));
            } else if line.starts_with("#[ignore") {
                state = Some(TestState::Ignored);
            } else if let Some(rest) = line.strip_prefix("fn ")
                && let (Some(state), Some((name, _))) = (state.take(), rest.split_once('('))
            {
                tests.insert(name, state);
            }
        }
    }
    tests
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::offence::assert_none;

    fn row(name: &str, scenarios: &str, planned: &str) -> String {
        format!(
            "[[system]]\nname = \"{name}\"\njob = \"j\"\nneeds = \"n\"\nscenarios = [{scenarios}]\nplanned = \"{planned}\"\n"
        )
    }

    #[test]
    fn planted_gaps_are_caught() {
        let table = [
            row("good", "\"runs\"", ""),
            row("later", "", "later"),
            row("missing", "\"nowhere\"", ""),
            row("ignored", "\"sleeps\"", ""),
            row("empty", "", ""),
        ];
        let scenarios = "#[test]\nfn runs() {}\n#[test]\n#[ignore = \"x\"]\nfn sleeps() {}\nfn nowhere_helper() {}\nfn nowhere() {}\n";
        let mut files = vec![(TABLE, table.concat()), ("cli/tests/scenarios/a.rs", scenarios.to_owned())];
        let planted = |files: &[(&str, String)]| {
            let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (*path, text.as_str())).collect();
            Tree::planted(&files)
        };
        let found: Vec<String> = check(&planted(&files)).into_iter().map(|offence| offence.to_string()).collect();
        assert_eq!(found.len(), 4, "{found:?}");
        for (found, what) in
            found.iter().zip(["no scenario nowhere", "sleeps is ignored", "empty is shown", "not what"])
        {
            assert!(found.contains(what), "{found}");
        }
        let page = page(&planted(&files)).unwrap();
        files.push((PAGE, page));
        assert_eq!(check(&planted(&files)).len(), 3, "the page is what the table makes");
    }

    #[test]
    fn every_system_names_scenarios_that_run() {
        assert_none(&check(&Tree::read().unwrap()));
    }
}
