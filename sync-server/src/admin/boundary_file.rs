//! Boundaries as GeoJSON: a file in, rings and their holes with the codes of their units out.
//!
//! Owns reading and the reference system of the file. Refuses coordinates without one, and to mend a ring. Invariant: a
//! file is read whole or not at all, and every fault names its feature.

use crate::limits::TABLE_FAULTS_MAX;
use gridwalk_model::crs::{Degrees, MapCrs, NotAPlace};
use gridwalk_model::limits;
use gridwalk_model::unit_code::UnitCode;
use serde_json::Value as Json;

/// What bounds a unit, with the unit's code, as written.
#[derive(Debug, Clone, PartialEq)]
pub struct Drawn {
    /// Which feature of the file, from 1.
    pub feature: u64,
    /// The code of the unit.
    pub code: UnitCode,
    /// Of each part the ring around it, then those around its holes; in each the first vertex said again at the end.
    pub parts: Vec<Vec<Vec<Degrees>>>,
}

/// A file whose features all bound something and have codes.
#[derive(Debug, Clone, PartialEq)]
pub struct BoundaryFile {
    /// What its coordinates claim to be.
    pub crs: MapCrs,
    /// What is drawn.
    pub drawn: Vec<Drawn>,
}

/// What is wrong with a feature, or with the file: feature 0.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct BoundaryFault {
    /// Which feature, from 1.
    pub feature: u64,
    /// The stable code.
    pub code: &'static str,
    /// What stands there.
    pub found: String,
}

/// Names of the property that holds a unit's code.
const CODE_NAMES: [&str; 4] = ["code", "unit_code", "代码", "网格编码"];

fn fault(feature: u64, code: &'static str, found: &(impl ToString + ?Sized)) -> BoundaryFault {
    BoundaryFault { feature, code, found: found.to_string() }
}

impl BoundaryFile {
    /// Reads a file. `crs` is what the administrator says of it; without that the file itself has to say.
    pub fn read(bytes: &[u8], crs: Option<&str>) -> Result<Self, Vec<BoundaryFault>> {
        let file: Json = serde_json::from_slice(bytes).map_err(|e| vec![fault(0, "json", &e)])?;
        let crs = reference_system(&file, crs).map_err(|f| vec![f])?;
        let none = Vec::new();
        let features = file["features"].as_array().unwrap_or(&none);
        if features.is_empty() {
            return Err(vec![fault(0, "no_features", "")]);
        }
        let (mut drawn, mut faults): (Vec<Drawn>, Vec<BoundaryFault>) = (Vec::new(), Vec::new());
        for (number, feature) in (1..).zip(features) {
            match one(number, feature) {
                Ok(one) if drawn.iter().any(|d| d.code == one.code) => faults.push(fault(number, "twice", &one.code)),
                Ok(one) => drawn.push(one),
                Err(found) => faults.push(found),
            }
        }
        faults.truncate(TABLE_FAULTS_MAX);
        if faults.is_empty() { Ok(Self { crs, drawn }) } else { Err(faults) }
    }
}

fn reference_system(file: &Json, said: Option<&str>) -> Result<MapCrs, BoundaryFault> {
    let own = file["crs"]["properties"]["name"].as_str().or_else(|| file["crs"].as_str());
    let name = said.or(own).map(str::trim).filter(|name| !name.is_empty());
    let name = name.ok_or_else(|| fault(0, NotAPlace::Untagged.code(), ""))?;
    let last = name.rsplit(':').next().unwrap_or(name);
    let crs = if last.eq_ignore_ascii_case("crs84") { Some(MapCrs::Wgs84) } else { None };
    let crs = crs.or_else(|| MapCrs::from_name(name)).or_else(|| MapCrs::from_name(last));
    crs.ok_or_else(|| fault(0, NotAPlace::UnknownCrs.code(), name))
}

fn one(number: u64, feature: &Json) -> Result<Drawn, BoundaryFault> {
    let said = |name: &&str| match &feature["properties"][*name] {
        Json::String(text) => Some(text.clone()),
        Json::Number(digits) => Some(digits.to_string()),
        _ => None,
    };
    let text = CODE_NAMES.iter().find_map(said).ok_or_else(|| fault(number, "no_code", ""))?;
    let code = UnitCode::parse(&text).map_err(|_| fault(number, "code", &text))?;
    let geometry = &feature["geometry"];
    let coordinates = &geometry["coordinates"];
    let whole;
    let parts = match geometry["type"].as_str() {
        Some("Polygon") => {
            whole = [coordinates.clone()];
            &whole[..]
        }
        Some("MultiPolygon") => coordinates.as_array().map_or(&[][..], Vec::as_slice),
        _ => return Err(fault(number, "shape", geometry["type"].as_str().unwrap_or(""))),
    };
    let count: usize = parts.iter().map(vertices).sum();
    if count > limits::VERTICES_MAX + limits::RINGS_MAX {
        return Err(fault(number, "vertices", &count));
    }
    let drawn = parts.iter().map(part).collect::<Option<Vec<_>>>().filter(|parts| !parts.is_empty());
    let parts = drawn.ok_or_else(|| fault(number, "shape", ""))?;
    if parts.iter().flatten().count() > limits::RINGS_MAX {
        return Err(fault(number, "rings", &parts.iter().flatten().count()));
    }
    Ok(Drawn { feature: number, code, parts })
}

/// How many vertices the rings of a part have.
fn vertices(part: &Json) -> usize {
    part.as_array().map_or(0, |rings| rings.iter().map(|ring| ring.as_array().map_or(0, Vec::len)).sum())
}

/// The rings of a part; none where they are no lists of places, or there is none.
fn part(rings: &Json) -> Option<Vec<Vec<Degrees>>> {
    let vertex = |v: &Json| Some(Degrees::new(v[1].as_f64()?, v[0].as_f64()?));
    let ring = |ring: &Json| ring.as_array()?.iter().map(vertex).collect::<Option<Vec<_>>>();
    let rings = rings.as_array()?.iter().map(ring).collect::<Option<Vec<_>>>()?;
    (!rings.is_empty()).then_some(rings)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(crs: &str, geometry: &str) -> String {
        format!(
            r#"{{"type":"FeatureCollection"{crs},"features":[
            {{"type":"Feature","properties":{{"code":"330402001001001"}},"geometry":{geometry}}}]}}"#
        )
    }

    const SQUARE: &str =
        r#"{"type":"Polygon","coordinates":[[[120,30],[120.01,30],[120.01,30.01],[120,30.01],[120,30]]]}"#;

    #[test]
    fn a_file_says_its_reference_system_or_somebody_does() {
        let told = |crs: &str, said| BoundaryFile::read(file(crs, SQUARE).as_bytes(), said).map(|f| f.crs);
        assert_eq!(told("", None).unwrap_err()[0].code, "untagged");
        assert_eq!(told("", Some("mars")).unwrap_err()[0].code, "unknown_crs");
        assert_eq!(told("", Some("gcj02")), Ok(MapCrs::Gcj02));
        let urn = |name: &str| format!(r#","crs":{{"type":"name","properties":{{"name":"{name}"}}}}"#);
        assert_eq!(told(&urn("urn:ogc:def:crs:EPSG::4490"), None), Ok(MapCrs::Cgcs2000));
        assert_eq!(told(&urn("urn:ogc:def:crs:OGC:1.3:CRS84"), None), Ok(MapCrs::Wgs84));
    }

    #[test]
    fn holes_and_islands_are_read() {
        let rings = |geometry: &str| {
            let read = BoundaryFile::read(file("", geometry).as_bytes(), Some("wgs84")).unwrap();
            read.drawn[0].parts.iter().map(Vec::len).collect::<Vec<_>>()
        };
        let hole = r#"{"type":"Polygon","coordinates":[[[0,0],[9,0],[9,9],[0,0]],[[1,1],[2,1],[2,2],[1,1]]]}"#;
        assert_eq!(rings(hole), [2]);
        let islands =
            r#"{"type":"MultiPolygon","coordinates":[[[[0,0],[9,0],[9,9],[0,0]]],[[[10,0],[19,0],[19,9],[10,0]]]]}"#;
        assert_eq!(rings(islands), [1, 1]);
    }

    #[test]
    fn what_is_no_ring_is_told_with_its_feature() {
        let told = |geometry: &str| BoundaryFile::read(file("", geometry).as_bytes(), Some("wgs84")).unwrap_err();
        let ring = "[[0,0],[0.1,0],[0.1,0.1],[0,0]]";
        let many = vec![ring; limits::RINGS_MAX + 1].join(",");
        let many = format!(r#"{{"type":"Polygon","coordinates":[{many}]}}"#);
        assert_eq!(told(&many), [fault(1, "rings", &(limits::RINGS_MAX + 1))]);
        assert_eq!(told(r#"{"type":"Polygon","coordinates":[]}"#), [fault(1, "shape", "")]);
        assert_eq!(told(r#"{"type":"MultiPolygon","coordinates":[]}"#), [fault(1, "shape", "")]);
        assert_eq!(told(r#"{"type":"Point","coordinates":[1,2]}"#), [fault(1, "shape", "Point")]);
        assert_eq!(BoundaryFile::read(b"{", Some("wgs84")).unwrap_err()[0].code, "json");
        assert_eq!(BoundaryFile::read(b"{}", Some("wgs84")).unwrap_err()[0].code, "no_features");
    }
}
