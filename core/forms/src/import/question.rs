//! Questions that are no selects: what their parameters mean.
//!
//! Owns audit, text, pictures, sound, places and ranges. Refuses parameters that a client could not follow. Invariant:
//! a parameter that is kept has a value that its type takes.

use super::draft::{Draft, DraftAction, FIRST_LOAD, INSTANCE_LOAD, Kind};
use super::parameters::{COLUMN, get, number, one_of, only, whole};
use super::refusal::{Code, Refusal, Warning, WarningCode};
use super::survey::{Row, Survey};
use crate::definition::ActionKind;

const TRUTH: &[&str] = &["true", "false"];

fn needs(parameter: &str, other: &str, row: u32) -> Refusal {
    Refusal::survey(Code::ParameterNeeds, row, COLUMN).with("parameter", parameter).with("other", other)
}

impl Survey<'_> {
    /// The audit stands in the form's own group.
    pub(super) fn audit(&mut self, mut row: Row) -> Result<(), Refusal> {
        let number = row.number;
        if row.map.text("name").is_some_and(|name| name != "audit") {
            return Err(Refusal::survey(Code::AuditName, number, "name").with("name", row.name()));
        }
        row.map.set("name", "audit");
        let parameters = row.parameters.clone();
        let location = ["location-priority", "location-min-interval", "location-max-age"];
        let mut accepted = vec!["identify-user", "track-changes", "track-changes-reasons"];
        accepted.extend(location);
        accepted.sort_unstable();
        only(&parameters, &accepted, number)?;
        one_of(&parameters, "track-changes", TRUTH, number)?;
        one_of(&parameters, "track-changes-reasons", &["on-form-edit"], number)?;
        one_of(&parameters, "identify-user", TRUTH, number)?;
        if let Some(first) = location.into_iter().find(|name| get(&parameters, name).is_some()) {
            if let Some(missing) = location.into_iter().find(|name| get(&parameters, name).is_none()) {
                return Err(needs(first, missing, number));
            }
            let priorities = ["no-power", "low-power", "balanced", "high-accuracy"];
            one_of(&parameters, "location-priority", &priorities, number)?;
            let interval = whole(&parameters, "location-min-interval", number)?.unwrap_or_default();
            let age = whole(&parameters, "location-max-age", number)?.unwrap_or_default();
            if interval < 0 || age < interval {
                return Err(needs("location-max-age", "location-min-interval", number));
            }
        }
        let mut draft = row.draft(Kind::Question, "audit");
        for (name, value) in parameters {
            draft.bind_mut().set(&format!("odk:{name}"), value);
        }
        self.meta.push(draft);
        Ok(())
    }

    /// A question of any type but a select.
    pub(super) fn other_question(&mut self, row: Row) -> Result<(), Refusal> {
        let (kind, parameters) = (row.kind.clone(), row.parameters.clone());
        if let Some(draft) = self.map_question(&row) {
            let tags = draft;
            let mut draft = row.draft(Kind::Question, "osm");
            draft.tags = tags;
            self.push(draft);
            return Ok(());
        }
        let number = row.number;
        let own = if matches!(&*kind, "csv-external" | "xml-external") { Kind::External } else { Kind::Question };
        let mut draft = row.draft(own, &kind);
        match &*kind {
            "range" => super::range::complete(&mut draft, parameters, &self.others.lists)?,
            "text" => {
                only(&parameters, &["rows"], number)?;
                if let Some(rows) = whole(&parameters, "rows", number)? {
                    draft.control.set("rows", rows.to_string());
                }
            }
            "photo" => self.picture(&mut draft, &parameters)?,
            "audio" | "background-audio" => sound(&mut draft, &parameters)?,
            "geopoint" | "geoshape" | "geotrace" => self.geometry(&mut draft, &parameters)?,
            "start-geopoint" => draft.actions.push(DraftAction::new(ActionKind::SetGeopoint, FIRST_LOAD)),
            "background-geopoint" => look_at_background(&draft)?,
            _ => {}
        }
        self.push(draft);
        Ok(())
    }

    /// The tags of a type like `osm building`.
    fn map_question(&self, row: &Row) -> Option<Vec<super::value::Map>> {
        let at = row.kind.find("osm ")?;
        let list = row.kind[at + 4..].split_whitespace().next()?;
        Some(self.others.tags.get(list).cloned().unwrap_or_default())
    }

    fn picture(&mut self, draft: &mut Draft, parameters: &super::parameters::Parameters) -> Result<(), Refusal> {
        if let Some(default) = draft.default.take() {
            let whole = default.contains("jr://images/");
            draft.default = Some(if whole { default } else { format!("jr://images/{default}") });
        }
        only(parameters, &["app", "max-pixels"], draft.row)?;
        match whole(parameters, "max-pixels", draft.row)? {
            Some(pixels) => draft.bind_mut().set("orx:max-pixels", pixels.to_string()),
            None => self.warnings.push(Warning::new(WarningCode::ImageSize, "survey", draft.row)),
        }
        let plain = matches!(draft.appearance(), None | Some("annotate"));
        if let Some(app) = get(parameters, "app").filter(|_| plain) {
            if !is_package(app) {
                return Err(Refusal::survey(Code::AppName, draft.row, COLUMN).with("value", app));
            }
            draft.control.set("intent", app);
        }
        Ok(())
    }

    fn geometry(&mut self, draft: &mut Draft, parameters: &super::parameters::Parameters) -> Result<(), Refusal> {
        let row = draft.row;
        if draft.question == "geopoint" {
            only(
                parameters,
                &["allow-mock-accuracy", "capture-accuracy", "reference-geometry", "warning-accuracy"],
                row,
            )?;
            for (name, attribute) in
                [("capture-accuracy", "accuracyThreshold"), ("warning-accuracy", "unacceptableAccuracyThreshold")]
            {
                if number(parameters, name, row)?.is_some() {
                    draft.control.set(attribute, get(parameters, name).unwrap_or_default());
                }
            }
        } else {
            only(parameters, &["allow-mock-accuracy", "incremental", "reference-geometry"], row)?;
            if let Some(value) = get(parameters, "incremental") {
                if super::columns::yes_no(value) != Some(true) {
                    return one_of(parameters, "incremental", &["true"], row);
                }
                draft.control.set("incremental", "true");
            }
        }
        one_of(parameters, "allow-mock-accuracy", TRUTH, row)?;
        if let Some(value) = get(parameters, "allow-mock-accuracy") {
            draft.bind_mut().set("odk:allow-mock-accuracy", value);
        }
        if let Some(value) = get(parameters, "reference-geometry") {
            self.geometries.push((value.to_owned(), row));
            draft.itemset = Some(value.to_owned());
        }
        Ok(())
    }
}

fn sound(draft: &mut Draft, parameters: &super::parameters::Parameters) -> Result<(), Refusal> {
    only(parameters, &["quality"], draft.row)?;
    let background = draft.question == "background-audio";
    let qualities = ["voice-only", "low", "normal", "external"];
    one_of(parameters, "quality", &qualities[..if background { 3 } else { 4 }], draft.row)?;
    let quality = get(parameters, "quality");
    if background {
        let mut action = DraftAction::new(ActionKind::RecordAudio, INSTANCE_LOAD);
        action.quality = quality.map(str::to_owned);
        draft.actions.push(action);
    } else if let Some(quality) = quality {
        draft.bind_mut().set("odk:quality", quality);
    }
    Ok(())
}

fn look_at_background(draft: &Draft) -> Result<(), Refusal> {
    if draft.triggers.is_empty() {
        return Err(Refusal::survey(Code::BackgroundTriggerMissing, draft.row, "trigger"));
    }
    if draft.bind.as_ref().is_some_and(|bind| bind.has("calculate")) {
        return Err(Refusal::survey(Code::BackgroundCalculation, draft.row, "calculation"));
    }
    Ok(())
}

/// Whether a text is the name of an Android package.
fn is_package(name: &str) -> bool {
    let letter = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let segment = |part: &str| part.starts_with(|c: char| c.is_ascii_alphabetic()) && part.chars().all(letter);
    name.contains('.') && name.split('.').all(segment)
}
