//! Points as typed: degrees with the reference system that they are of, and what is known of how they were found.
//!
//! Owns the way from `lat,lon;crs=…` to a point. Refuses degrees without a reference system, and keeps no shifted ones.
//! Invariant: what the platform says of a made-up fix stays with the point.

use crate::failure::Failure;
use gridwalk_model::crs::{self, Degrees};
use gridwalk_model::geo::{Point, PointSource};

/// `30.75,120.76;crs=gcj02;accuracy=12.5;source=map;mock=yes`: the reference system is a must, all else may be left out.
pub fn read(text: &str) -> Result<Point, Failure> {
    let wrong = || Failure::usage("not_a_point", text);
    let mut parts = text.split(';').map(str::trim);
    let (lat, lon) = parts.next().and_then(|at| at.split_once(',')).ok_or_else(wrong)?;
    let at = Degrees::new(lat.trim().parse().map_err(|_| wrong())?, lon.trim().parse().map_err(|_| wrong())?);
    let (mut crs, mut source, mut accuracy_cm, mut mock) = (None, PointSource::Typed, None, false);
    for part in parts {
        let (name, value) = part.split_once('=').ok_or_else(wrong)?;
        match name.trim() {
            "crs" => crs = Some(value),
            "source" => source = PointSource::from_name(value.trim()).ok_or_else(wrong)?,
            "accuracy" => accuracy_cm = Some(centimetres(value).ok_or_else(wrong)?),
            "mock" => mock = matches!(value.trim(), "yes" | "true" | "1" | "是"),
            _ => return Err(wrong()),
        }
    }
    Ok(Point { accuracy_cm, mock, ..arrived(at, crs, source)? })
}

/// The point of degrees of a named reference system, kept unshifted.
pub fn arrived(at: Degrees, crs: Option<&str>, source: PointSource) -> Result<Point, Failure> {
    let told = format!("{}, {}", at.lat, at.lon);
    crs::arrive(at, crs, source).map_err(|why| Failure::coded("crs", why.code(), 2, String::new()).with("what", told))
}

/// Metres with decimals, as whole centimetres.
fn centimetres(text: &str) -> Option<u32> {
    let metres: f64 = text.trim().parse().ok()?;
    let cm = (metres * 100.0).round();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "rounded and within the range")]
    (0.0..=1e9).contains(&cm).then_some(cm as u32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use gridwalk_model::geo::Crs;

    #[test]
    fn a_point_says_its_reference_system() {
        let point = read("30.75,120.76;crs=wgs84;accuracy=12.5;source=satellite;mock=yes").unwrap();
        assert_eq!((point.lat_e7, point.lon_e7, point.crs), (307_500_000, 1_207_600_000, Crs::Wgs84));
        assert_eq!((point.accuracy_cm, point.source, point.mock), (Some(1250), PointSource::Satellite, true));
        let untagged = read("30.75,120.76").unwrap_err();
        assert_eq!((untagged.exit, untagged.code()), (2, "untagged"));
        assert_eq!(read("30.75,120.76;crs=mars").unwrap_err().code(), "unknown_crs");
        assert_eq!(read("120.76,30.75;crs=wgs84").unwrap_err().code(), "swapped");
        for text in ["", "30.75", "a,b;crs=wgs84", "30.75,120.76;crs", "30.75,120.76;crs=wgs84;accuracy=-1"] {
            assert_eq!(read(text).unwrap_err().code(), "not_a_point", "{text:?}");
        }
    }

    #[test]
    fn what_a_map_shows_is_brought_back() {
        let truth = read("30.75,120.76;crs=wgs84").unwrap();
        let shown = crs::MapCrs::Gcj02.from_wgs84(Degrees::from(&truth));
        let back = read(&format!("{},{};crs=高德", shown.lat, shown.lon)).unwrap();
        assert!(back.distance_m(&truth) < 0.02, "{}", back.distance_m(&truth));
        assert_eq!(back.source, PointSource::Typed);
    }
}
