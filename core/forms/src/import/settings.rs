//! The settings sheet: what holds of the form as a whole.
//!
//! Owns the settings and what each is when nothing is said. Refuses a root that can't name an element. Invariant: of
//! several rows the first counts.

use super::Options;
use super::columns::{SETTINGS, yes_no};
use super::expression::is_name;
use super::header::Sheet;
use super::refusal::{Code, Refusal, Warning, WarningCode};
use super::value::{Map, Value};

/// What holds of the form.
#[derive(Clone, Debug, Default)]
pub(super) struct Settings {
    pub(super) map: Map,
    pub(super) root: String,
    pub(super) id: String,
    pub(super) title: String,
    pub(super) default_language: String,
}

impl Settings {
    /// Reads them.
    pub(super) fn read(
        sheet: &mut Sheet,
        options: &Options<'_>,
        warnings: &mut Vec<Warning>,
    ) -> Result<Settings, Refusal> {
        let mut map = Map::default();
        if let Some(row) = options.root
            && !is_name(row)
        {
            return Err(Refusal::new(Code::NameInvalid).with("name", row));
        }
        if !sheet.rows.is_empty() {
            drop_second_id(sheet, warnings);
            sheet.name(&SETTINGS)?;
            map = sheet.maps("default", false).into_iter().next().map(|(_, map)| map).unwrap_or_default();
        }
        if let Some(name) = map.text("name").filter(|name| !is_name(name)) {
            return Err(Refusal::new(Code::NameInvalid).at(SETTINGS.sheet, 2, "name").with("name", name));
        }
        let text = |name: &str| map.text(name).map(str::to_owned);
        let id = text("id_string").or_else(|| options.stem.map(str::to_owned)).unwrap_or_else(|| "data".to_owned());
        Ok(Settings {
            root: text("name").or_else(|| options.root.map(str::to_owned)).unwrap_or_else(|| "data".to_owned()),
            title: text("title").unwrap_or_else(|| id.clone()),
            id,
            default_language: text("default_language")
                .or_else(|| options.default_language.map(str::to_owned))
                .unwrap_or_else(|| "default".to_owned()),
            map,
        })
    }

    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.map.text(name)
    }

    /// A setting that says yes or no.
    pub(super) fn says(&self, name: &str, otherwise: bool) -> bool {
        match self.text(name) {
            None => otherwise,
            Some(text) => yes_no(text).unwrap_or(name == "clean_text_values"),
        }
    }

    /// The attributes of the form's root that the author added.
    pub(super) fn attributes(&self) -> impl Iterator<Item = (&str, &str)> {
        let own = self.map.map("attribute").into_iter().flat_map(Map::iter);
        own.filter_map(|(name, value)| Some((name, value.text()?)))
    }

    /// Takes what a row of the survey sheet sets.
    pub(super) fn set(&mut self, setting: &str, value: &str) {
        match setting {
            "title" => value.clone_into(&mut self.title),
            "id_string" => value.clone_into(&mut self.id),
            _ => self.map.set(setting, Value::from(value)),
        }
    }
}

/// Of `form_id` and `id_string` the first counts.
fn drop_second_id(sheet: &mut Sheet, warnings: &mut Vec<Warning>) {
    let both = ["form_id", "id_string"].iter().all(|name| sheet.headers.iter().any(|(_, header)| header == name));
    if both {
        sheet.headers.retain(|(_, header)| header != "id_string");
        warnings.push(Warning::new(WarningCode::FormIdTwice, SETTINGS.sheet, 1));
    }
}
