//! Import: a workbook becomes a form definition, or says in which row what is in the way.
//!
//! Owns the rules of XLSForm as the reference converter (pyxform) and xlsform.org have them. Refuses to read files: bytes
//! come in. Invariant: what the reference converter accepts is accepted, and what it refuses is refused with the sheet,
//! the row and the column.

mod body;
mod choices;
mod columns;
mod csv_book;
mod draft;
mod emit;
mod entities;
mod expression;
mod header;
mod kinds;
mod parameters;
mod place;
mod question;
mod range;
mod references;
mod refusal;
mod repeated;
mod select;
mod settings;
mod slow;
mod survey;
mod translations;
mod tree;
mod value;
mod words;
mod workbook;

pub use refusal::{Code, Refusal, Warning, WarningCode};

use crate::definition::FormDefinition;
use choices::Duplicates;
use columns::{CHOICES, ENTITIES, EXTERNAL_CHOICES, OSM, SURVEY};
use draft::Draft;
use entities::Declarations;
use header::Sheet;
use settings::Settings;
use survey::{Others, Survey};

/// How a workbook is imported.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options<'a> {
    /// The name of the form's root; `data` if none is said, here or in the settings.
    pub root: Option<&'a str>,
    /// The file's name without its kind: the id of a form that has none.
    pub stem: Option<&'a str>,
    /// The language of texts without one, if the settings say none.
    pub default_language: Option<&'a str>,
    /// Whether choices of one name are kept with a warning, as ODK Collect runs them.
    pub lenient: bool,
}

/// What came of a workbook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Imported {
    /// The form.
    pub definition: FormDefinition,
    /// What is worth knowing of it.
    pub warnings: Vec<Warning>,
    /// The table of choices that `select_one_external` looks in (`itemsets.csv`), if the form has any.
    pub itemsets: Option<String>,
}

/// The sheets of a form.
const SHEETS: [&str; 6] = ["survey", "choices", "settings", "external_choices", "osm", "entities"];

fn is_form_sheet(name: &str) -> bool {
    SHEETS.contains(&name.to_lowercase().as_str())
}

/// The sheets of a workbook by their meaning.
#[derive(Default)]
struct Book {
    sheets: Vec<(&'static str, Sheet)>,
    names: Vec<String>,
}

impl Book {
    fn read(bytes: &[u8]) -> Result<Book, Refusal> {
        let raw = workbook::read(bytes)?;
        let mut book = Book { names: raw.iter().map(|sheet| sheet.name.clone()).collect(), ..Book::default() };
        for sheet in &raw {
            let lower = sheet.name.to_lowercase();
            let meaning = SHEETS.iter().find(|name| **name == lower).or((raw.len() == 1).then_some(&SHEETS[0]));
            if let Some(meaning) = meaning {
                book.sheets.retain(|(own, _)| own != meaning);
                book.sheets.push((meaning, Sheet::read(sheet)?));
            }
        }
        Ok(book)
    }

    fn take(&mut self, name: &str) -> Sheet {
        let place = self.sheets.iter().position(|(own, _)| *own == name);
        place.map(|place| self.sheets.swap_remove(place).1).unwrap_or_default()
    }
}

/// Imports a workbook.
pub fn import(bytes: &[u8], options: &Options<'_>) -> Result<Imported, Refusal> {
    let mut book = Book::read(bytes)?;
    let mut warnings = Vec::new();
    let mut sheet = book.take("survey");
    if sheet.is_empty() {
        return Err(similar(Refusal::new(Code::SheetMissing).at("survey", 0, ""), "survey", &book.names));
    }
    let mut settings_sheet = book.take("settings");
    if settings_sheet.rows.is_empty() {
        warn_of_similar(&mut warnings, "settings", &book.names);
    }
    let mut settings = Settings::read(&mut settings_sheet, options, &mut warnings)?;
    let mut external = book.take("external_choices");
    external.name(&EXTERNAL_CHOICES)?;
    let (choices_sheet, lists) = lists(&mut book, &settings, options, &mut warnings)?;
    let mut entities_sheet = book.take("entities");
    entities_sheet.name(&ENTITIES)?;
    if entities_sheet.rows.is_empty() {
        warn_of_similar(&mut warnings, "entities", &book.names);
    }
    let entities = Declarations::read(&entities_sheet)?;
    sheet.name(&SURVEY)?;
    sheet.needs(SURVEY.sheet, "type")?;
    let rows = sheet.maps(&settings.default_language, settings.says("clean_text_values", true));
    translations::look_at(&sheet, &choices_sheet, &mut warnings);
    let mut osm = book.take("osm");
    osm.name(&OSM)?;
    let mut others = Others {
        lists,
        external: choices::names(&external),
        tags: choices::rows_by_list(&osm),
        entities,
        sheets: std::mem::take(&mut book.names),
    };
    let mut survey = Survey::new(&mut others, &mut settings, &mut warnings);
    let mut form = survey.read(rows)?;
    let (meta, mut names, other_seen) =
        (std::mem::take(&mut survey.meta), std::mem::take(&mut survey.names), survey.other_seen);
    if other_seen {
        translations::look_at_other(&sheet, &choices_sheet, &mut warnings);
    }
    let meta = own_nodes(meta, &settings, &mut names)?;
    let declarations = std::mem::take(&mut others.entities);
    let edition = if declarations.all.is_empty() { None } else { Some(place::place(declarations, &mut form)?) };
    add_meta(&mut form, meta);
    references::look_at(
        &[
            ("settings", &settings_sheet),
            ("entities", &entities_sheet),
            ("survey", &sheet),
            ("choices", &choices_sheet),
        ],
        &names,
    )?;
    slow::look_at_filters(&form, &others.lists, &mut warnings);
    let itemsets = uses_external(&form).then(|| csv_of(&external));
    let definition = emit::definition(form, &settings, &mut others.lists, edition)?;
    warn_of_searches(&others, &mut warnings);
    Ok(Imported { definition, warnings, itemsets })
}

fn lists(
    book: &mut Book,
    settings: &Settings,
    options: &Options<'_>,
    warnings: &mut Vec<Warning>,
) -> Result<(Sheet, choices::Lists), Refusal> {
    let mut sheet = book.take("choices");
    sheet.name(&CHOICES)?;
    let duplicates = match (settings.says("allow_choice_duplicates", false), options.lenient) {
        (true, _) => Duplicates::Allowed,
        (false, true) => Duplicates::Warned,
        (false, false) => Duplicates::Refused,
    };
    let lists = choices::read(&sheet, &settings.default_language, duplicates, warnings)?;
    Ok((sheet, lists))
}

/// The nodes that a form has of itself.
fn own_nodes(
    mut meta: Vec<Draft>,
    settings: &Settings,
    names: &mut std::collections::HashMap<String, usize>,
) -> Result<Vec<Draft>, Refusal> {
    if settings.says("omit_instanceID", false) {
        if settings.text("public_key").is_some() {
            return Err(Refusal::new(Code::InstanceIdNeeded).at("settings", 2, "omit_instanceID"));
        }
    } else {
        let preload = settings.text("instance_id").unwrap_or("uid");
        meta.push(Draft::made("calculate", "instanceID", &[("readonly", "true()"), ("jr:preload", preload)]));
        *names.entry("instanceID".to_owned()).or_default() += 1;
    }
    if let Some(name) = settings.text("instance_name") {
        meta.push(Draft::made("calculate", "instanceName", &[("calculate", name)]));
    }
    Ok(meta)
}

fn add_meta(form: &mut Draft, meta: Vec<Draft>) {
    if meta.is_empty() {
        return;
    }
    let own = |child: &&mut Draft| child.kind == draft::Kind::Group && child.name == "meta";
    match form.children.iter_mut().find(own) {
        Some(group) => group.children.extend(meta),
        None => form.children.push(Draft::meta(meta)),
    }
}

fn uses_external(draft: &Draft) -> bool {
    draft.question == "select one external" || draft.children.iter().any(uses_external)
}

/// A sheet as comma separated values, every cell in quotes.
fn csv_of(sheet: &Sheet) -> String {
    let line = |cells: Vec<&str>| {
        let quoted: Vec<String> = cells.iter().map(|cell| format!("\"{}\"", cell.replace('"', "\"\""))).collect();
        quoted.join(",") + "\r\n"
    };
    let mut text = line(sheet.headers.iter().map(|(_, header)| header.as_str()).collect());
    for (_, cells) in &sheet.rows {
        let cell = |column: usize| cells.iter().find(|(own, _)| *own == column).map_or("", |(_, text)| text.as_str());
        text.push_str(&line(sheet.headers.iter().map(|(column, _)| cell(*column)).collect()));
    }
    text
}

fn warn_of_searches(others: &Others, warnings: &mut Vec<Warning>) {
    for list in others.lists.all.iter().filter(|list| list.used_by_search) {
        warnings.push(Warning::new(WarningCode::SearchUsed, "survey", 0).with("list", list.name.clone()));
    }
}

/// Names of sheets that are nearly the one that is looked for.
fn similar_names(key: &str, names: &[String]) -> Vec<String> {
    let near = |name: &&String| {
        !SHEETS.contains(&name.as_str()) && !name.starts_with('_') && distance(&name.to_lowercase(), key) <= 2
    };
    names.iter().filter(near).cloned().collect()
}

fn similar(refusal: Refusal, key: &str, names: &[String]) -> Refusal {
    let found = similar_names(key, names);
    if found.is_empty() { refusal } else { refusal.with("similar", found.join(", ")) }
}

fn warn_of_similar(warnings: &mut Vec<Warning>, key: &'static str, names: &[String]) {
    let found = similar_names(key, names);
    if !found.is_empty() {
        warnings.push(Warning::new(WarningCode::SheetMisspelt, key, 0).with("similar", found.join(", ")));
    }
}

/// How many letters must be added, left out or changed to make one word of another (Levenshtein 1965).
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, letter) in a.chars().enumerate() {
        let mut before = std::mem::replace(&mut row[0], i + 1);
        for (j, other) in b.iter().enumerate() {
            let changed = before + usize::from(letter != *other);
            before = row[j + 1];
            row[j + 1] = changed.min(before + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}
