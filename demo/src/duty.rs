//! Whom to call, and where grids lie: posts, a department's duty desk, and made-up boundaries.
//!
//! Owns what is made up. Refuses to write but through the server's own verbs. Invariant: numbers are of no network, and
//! boundaries lie side by side, so that nothing offends.

use crate::city::City;
use crate::crew::{COUNTY_CODE, SECURITY};
use crate::error::Result;
use crate::office::Office;
use crate::people;
use crate::register;
use gridwalk_model::unit_code::UnitCode;
use rand_chacha::ChaCha8Rng;
use serde_json::json;

/// The corner of the first made-up grid, and how wide each is, degrees.
const CORNER: (f64, f64) = (30.75, 120.76);
const WIDE: f64 = 0.004;

/// Fills posts, opens one that stays empty, sets a duty desk, states what a child's number is for, and draws the grids'
/// boundaries.
pub async fn set_up(office: &Office, city: &City, rng: &mut ChaCha8Rng) -> Result<()> {
    let mut number = 0;
    let mut phone = || {
        number += 1;
        format!("1380000{number:04}")
    };
    let department = format!("{}-D05", city.town.code);
    office.verb(&["unit", "add", &department, "综合执法队（示例）"], None).await?;
    office.verb(&["unit", "duty", &department, &phone(), "--hours", "00:00-24:00"], None).await?;
    if let Some(group) = register::group_code(city) {
        office.verb(&["unit", "add", &group, "第一村民小组"], None).await?;
        let hamlet = group.replace("-G01", "-G02");
        office.verb(&["unit", "add", &hamlet, "示例浜", "--kind", "natural_village"], None).await?;
    }
    below_the_grids(office, city, &mut phone).await?;
    // A child's number is off until somebody states what for and how long.
    let answers =
        ["user", "add", SECURITY, "--name", "孙安（示例）", "--role", "security_admin", "--unit", COUNTY_CODE];
    office.verb(&answers, None).await?;
    let what_for = ["--purpose", "入学登记（示例）", "--days", "90", "--by", SECURITY];
    office.verb(&[&["field", "enable", &city.town.code, "id_number"], &what_for[..]].concat(), None).await?;
    let mut filled = vec![(city.town.code.clone(), "community_police")];
    for grid in &city.grids {
        let village =
            UnitCode::parse(&grid.place.code).ok().and_then(|code| code.parent()).map(|code| code.to_string());
        if let Some(village) = village.filter(|village| filled.iter().all(|(unit, _)| unit != village)) {
            filled.push((village, "legal_adviser"));
        }
        filled.push((grid.place.code.clone(), "gridworker"));
        office.verb(&["unit", "post", "set", &grid.place.code, "mediator"], None).await?;
    }
    for (unit, role) in &filled {
        let (name, phone) = (people::name(rng), phone());
        office.verb(&["unit", "post", "set", unit, role, "--name", &name, "--phone", &phone], None).await?;
    }
    let file = office.folder().join("grids.geojson");
    tokio::fs::write(&file, drawn(city)).await?;
    let file = file.display().to_string();
    let import = ["unit", "boundaries", "import", &file, "--from", "2026-01-01", "--crs", "wgs84"];
    office.verb(&import, None).await?;
    Ok(())
}

/// A micro-grid in the first grid with its building chief, the grid's instructor, and a campus as a grid of its own.
async fn below_the_grids(office: &Office, city: &City, phone: &mut impl FnMut() -> String) -> Result<()> {
    let Some(first) = city.grids.first() else { return Ok(()) };
    let grid = &first.place.code;
    let block = first.blocks.first().map_or("1幢", |block| &block.name);
    let (micro, campus) = (format!("{grid}01"), format!("{}099", &grid[..grid.len() - 3]));
    office.verb(&["unit", "add", &micro, &format!("{block}微网格")], None).await?;
    office.verb(&["unit", "add", &campus, "示例小学网格", "--kind", "campus"], None).await?;
    for (unit, role) in [(grid, "instructor"), (&micro, "building_chief")] {
        let who = ["--name", "示例", "--phone", &phone()];
        office.verb(&[&["unit", "post", "set", unit, role][..], &who].concat(), None).await?;
    }
    Ok(())
}

/// The grids side by side, as GeoJSON.
fn drawn(city: &City) -> String {
    let mut west = CORNER.1;
    let mut features = Vec::new();
    for grid in &city.grids {
        let (south, north, east) = (CORNER.0, CORNER.0 + WIDE, west + WIDE);
        let ring = [[west, south], [east, south], [east, north], [west, north], [west, south]];
        features.push(json!({
            "type": "Feature", "properties": { "code": grid.place.code },
            "geometry": { "type": "Polygon", "coordinates": [ring] },
        }));
        west = east;
    }
    json!({ "type": "FeatureCollection", "features": features }).to_string()
}
