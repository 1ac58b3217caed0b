//! `unit boundaries places` and `move`: places that redrawn boundaries left in the wrong grid.
//!
//! Owns the two verbs. Refuses to move what nobody chose. Invariant: a place is told with its grid before and after, and with
//! how far it is from the edge.

use super::Context;
use super::reply::{Failure, Reply, naming};
use gridwalk_model::civil_date::CivilDate;
use gridwalk_model::id::RecordId;
use gridwalk_server::admin::{Chosen, Lying, PlaceView, UnitName};
use gridwalk_server::words::Language;
use serde_json::json;

/// Lists the places of a unit beside the grids of a day.
pub(super) fn list(context: &Context<'_>, below: &str, on: Option<i64>) -> Result<Reply, Failure> {
    let (language, day) = (context.language, day(context, on));
    let lying = naming(context.admin.places_beside_grids(below, day), language, context.folder, below)?;
    let mut lines = Vec::new();
    let lists = [
        ("say.astray", &lying.astray),
        ("say.astray_outside", &lying.outside),
        ("say.astray_at_odds", &lying.at_odds),
        ("say.astray_without_point", &lying.without_point),
    ];
    for (heading, places) in lists.into_iter().filter(|(_, places)| !places.is_empty()) {
        lines.push(language.say(heading, &[("count", &places.len().to_string())]));
        lines.extend(places.iter().map(|place| line(language, place)));
    }
    lines.push(language.say("say.astray_fitting", &[("count", &lying.fitting.to_string())]));
    Ok(Reply::new(lines.join("\n"), with_day(&lying, day)))
}

/// Moves places that a person chose into the grids in which they lie.
pub(super) fn move_places(
    context: &Context<'_>,
    below: &str,
    on: Option<i64>,
    records: &[String],
    by: &str,
) -> Result<Reply, Failure> {
    let language = context.language;
    let id = |text: &String| text.parse().map_err(|_| Failure::said(language, "record_id", &[("found", text)]));
    let ids: Vec<RecordId> = records.iter().map(id).collect::<Result<_, _>>()?;
    let chosen = if ids.is_empty() { Chosen::All } else { Chosen::These(&ids) };
    let moved = context.admin.move_astray(below, day(context, on), chosen, by);
    let moved = naming(moved, language, context.folder, below)?;
    let mut lines: Vec<String> = moved.iter().map(|place| line(language, place)).collect();
    lines.push(language.say("say.astray_moved", &[("count", &moved.len().to_string())]));
    Ok(Reply::new(lines.join("\n"), json!({ "moved": moved })))
}

/// The day that is asked for; today in China if none is.
pub(super) fn day(context: &Context<'_>, on: Option<i64>) -> i64 {
    on.unwrap_or_else(|| context.admin.server().running().options.clock.now().china_day())
}

fn with_day(lying: &Lying, day: i64) -> serde_json::Value {
    let mut value = json!(lying);
    value["on"] = json!(CivilDate::from_days(day).map(|date| date.to_string()));
    value
}

fn line(language: Language, place: &PlaceView) -> String {
    let unit = |unit: &UnitName| format!("{} {}", unit.name, unit.code);
    let kind = language.core_word(&format!("kind.{}", place.kind)).unwrap_or(place.kind).to_owned();
    let to = place.to.as_ref().map(|to| format!(" → {}", unit(to))).unwrap_or_default();
    let metres = |key: &str, metres: Option<i64>| {
        metres.map(|m| format!("\t{}", language.say(key, &[("metres", &m.to_string())]))).unwrap_or_default()
    };
    let edge = metres("say.astray_edge", place.edge_m);
    let accuracy = metres("say.astray_accuracy", place.accuracy_m);
    format!("  {}\t{kind} {}\t{}{to}{edge}{accuracy}", place.record, place.name, unit(&place.from))
}
