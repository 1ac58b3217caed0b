//! Reference systems of the edge: what outside coordinates claim to be, and the way to WGS 84.
//!
//! Owns the four systems that imports and Chinese maps use, the public formulas of GCJ-02 and BD-09, and the rule that
//! coordinates without a system are refused. Refuses to store a shifted coordinate: what arrives is a `geo::Point`.
//! Invariant: to shift and to bring back is to stay within a millimetre; outside China nothing is shifted.

pub mod suspect;

use crate::geo::{self, Point, PointSource};

/// Semi-major axis of the ellipsoid of Krasovsky, on which GCJ-02 is computed, metres.
const KRASOVSKY_M: f64 = 6_378_245.0;
/// Square of its eccentricity.
const KRASOVSKY_E2: f64 = 0.006_693_421_622_965_943;
/// Least and greatest latitude and longitude between which coordinates are shifted, degrees.
const SHIFTED: (f64, f64, f64, f64) = (0.8293, 55.8271, 72.004, 137.8347);
/// Rounds of the fixed point that leave less than a millimetre.
const ROUNDS: usize = 5;
/// The wave length of the Baidu shift.
const BAIDU: f64 = std::f64::consts::PI * 3000.0 / 180.0;

/// A reference system that coordinates from outside may claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MapCrs {
    /// WGS 84, as satellites say it.
    Wgs84,
    /// China Geodetic Coordinate System 2000: unshifted, as surveys and 天地图 say it.
    Cgcs2000,
    /// GCJ-02, as AMap and Tencent show it.
    Gcj02,
    /// BD-09, as Baidu shows it.
    Bd09,
}

impl MapCrs {
    /// All systems, the unshifted ones first.
    pub const ALL: [Self; 4] = [Self::Wgs84, Self::Cgcs2000, Self::Gcj02, Self::Bd09];

    /// Its stable code in data.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Wgs84 => "wgs84",
            Self::Cgcs2000 => "cgcs2000",
            Self::Gcj02 => "gcj02",
            Self::Bd09 => "bd09",
        }
    }

    /// The system of a name as tables write it: `GCJ-02`, `EPSG:4490`, `高德`; `None` for none and for unknown ones.
    pub fn from_name(name: &str) -> Option<Self> {
        let plain = name.chars().map(crate::unit_code::half_width).flat_map(char::to_lowercase);
        let name: String = plain.filter(|c| c.is_alphanumeric()).collect();
        Some(match name.as_str() {
            "wgs84" | "wgs1984" | "epsg4326" | "4326" | "gps" => Self::Wgs84,
            "cgcs2000" | "epsg4490" | "4490" | "2000国家大地坐标系" | "国家2000" | "天地图" => {
                Self::Cgcs2000
            }
            "gcj02" | "gcj" | "高德" | "高德地图" | "腾讯" | "腾讯地图" | "amap" | "火星坐标" | "火星坐标系" => {
                Self::Gcj02
            }
            "bd09" | "bd09ll" | "百度" | "百度地图" | "baidu" => Self::Bd09,
            _ => return None,
        })
    }

    /// Whether its coordinates are shifted inside China.
    pub const fn is_shifted(self) -> bool {
        matches!(self, Self::Gcj02 | Self::Bd09)
    }

    /// The system that a point is stored in.
    pub const fn stored(self) -> geo::Crs {
        match self {
            Self::Cgcs2000 => geo::Crs::Cgcs2000,
            _ => geo::Crs::Wgs84,
        }
    }

    /// Decimal degrees of this system as decimal degrees of WGS 84.
    pub fn to_wgs84(self, at: Degrees) -> Degrees {
        match self {
            Self::Wgs84 | Self::Cgcs2000 => at,
            Self::Gcj02 => unshift(at, gcj02),
            Self::Bd09 => unshift(at, |at| if is_shifted_there(at) { bd09(gcj02(at)) } else { at }),
        }
    }

    /// Decimal degrees of WGS 84 as this system shows them, for drawing on a shifted map.
    pub fn from_wgs84(self, at: Degrees) -> Degrees {
        match self {
            Self::Gcj02 => gcj02(at),
            Self::Bd09 if is_shifted_there(at) => bd09(gcj02(at)),
            Self::Bd09 | Self::Wgs84 | Self::Cgcs2000 => at,
        }
    }
}

/// Decimal degrees as somebody wrote them, in a system that stands beside them.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Degrees {
    /// Latitude, north positive.
    pub lat: f64,
    /// Longitude, east positive.
    pub lon: f64,
}

impl Degrees {
    /// Of latitude and longitude.
    pub const fn new(lat: f64, lon: f64) -> Self {
        Self { lat, lon }
    }

    /// How far east and north of another one it lies, metres, on the local plane.
    pub fn east_north_m(self, of: Self) -> (f64, f64) {
        let (per_lat, per_lon) = geo::metres_per_degree(f64::midpoint(self.lat, of.lat));
        ((self.lon - of.lon) * per_lon, (self.lat - of.lat) * per_lat)
    }

    /// The point there, in WGS 84; `None` outside the earth.
    pub fn point(self) -> Option<Point> {
        Point::from_degrees(self.lat, self.lon)
    }
}

impl From<&Point> for Degrees {
    fn from(point: &Point) -> Self {
        Self::new(point.lat(), point.lon())
    }
}

/// Why outside coordinates make no point.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum NotAPlace {
    /// No reference system stands beside them.
    #[error("coordinates without a reference system")]
    Untagged,
    /// The named reference system is unknown.
    #[error("unknown reference system")]
    UnknownCrs,
    /// Latitude and longitude stand in each other's place.
    #[error("latitude and longitude are swapped")]
    Swapped,
    /// They lie outside the earth.
    #[error("outside the earth")]
    OffEarth,
}

impl NotAPlace {
    /// The stable code that shells have words for.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Untagged => "untagged",
            Self::UnknownCrs => "unknown_crs",
            Self::Swapped => "swapped",
            Self::OffEarth => "off_earth",
        }
    }
}

/// The point of outside coordinates, brought to an unshifted system. Without a named system they are refused; those
/// that are no latitude but would be a place in China the other way round are told as swapped.
pub fn arrive(at: Degrees, crs: Option<&str>, source: PointSource) -> Result<Point, NotAPlace> {
    let name = crs.map(str::trim).filter(|name| !name.is_empty()).ok_or(NotAPlace::Untagged)?;
    let crs = MapCrs::from_name(name).ok_or(NotAPlace::UnknownCrs)?;
    if at.lat.abs() > 90.0 && is_shifted_there(Degrees::new(at.lon, at.lat)) {
        return Err(NotAPlace::Swapped);
    }
    let point = crs.to_wgs84(at).point().ok_or(NotAPlace::OffEarth)?;
    Ok(Point { crs: crs.stored(), source, ..point })
}

/// Whether coordinates there are shifted: the box that the public formula takes for China.
pub fn is_shifted_there(at: Degrees) -> bool {
    let (south, north, west, east) = SHIFTED;
    (south..=north).contains(&at.lat) && (west..=east).contains(&at.lon)
}

/// Looks for the place that is shifted to `at`.
fn unshift(at: Degrees, shift: impl Fn(Degrees) -> Degrees) -> Degrees {
    (0..ROUNDS).fold(at, |guess, _| {
        let shifted = shift(guess);
        Degrees::new(guess.lat + at.lat - shifted.lat, guess.lon + at.lon - shifted.lon)
    })
}

fn gcj02(at: Degrees) -> Degrees {
    if !is_shifted_there(at) {
        return at;
    }
    let (x, y) = (at.lon - 105.0, at.lat - 35.0);
    let angle = at.lat.to_radians();
    let magic = 1.0 - KRASOVSKY_E2 * angle.sin().powi(2);
    let meridian = KRASOVSKY_M * (1.0 - KRASOVSKY_E2) / (magic * magic.sqrt());
    let parallel = KRASOVSKY_M / magic.sqrt() * angle.cos();
    Degrees::new(at.lat + (north_m(x, y) / meridian).to_degrees(), at.lon + (east_m(x, y) / parallel).to_degrees())
}

/// A wave of the public formula: sines of so many half turns, each with its height.
fn waves(at: f64, heights: [(f64, f64); 2]) -> f64 {
    heights.iter().map(|(height, turns)| height * (at * turns * std::f64::consts::PI).sin()).sum::<f64>() * 2.0 / 3.0
}

fn north_m(x: f64, y: f64) -> f64 {
    let slope = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * x.abs().sqrt();
    let fine = waves(x, [(20.0, 6.0), (20.0, 2.0)]) + waves(y, [(20.0, 1.0), (40.0, 1.0 / 3.0)]);
    slope + fine + waves(y, [(160.0, 1.0 / 12.0), (320.0, 1.0 / 30.0)])
}

fn east_m(x: f64, y: f64) -> f64 {
    let slope = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * x.abs().sqrt();
    let fine = waves(x, [(20.0, 6.0), (20.0, 2.0)]) + waves(x, [(20.0, 1.0), (40.0, 1.0 / 3.0)]);
    slope + fine + waves(x, [(150.0, 1.0 / 12.0), (300.0, 1.0 / 30.0)])
}

/// GCJ-02 as Baidu shifts it once more.
fn bd09(at: Degrees) -> Degrees {
    let length = at.lon.hypot(at.lat) + 0.000_02 * (at.lat * BAIDU).sin();
    let angle = at.lat.atan2(at.lon) + 0.000_003 * (at.lon * BAIDU).cos();
    Degrees::new(length * angle.sin() + 0.006, length * angle.cos() + 0.0065)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn apart_m(a: Degrees, b: Degrees) -> f64 {
        let (east, north) = a.east_north_m(b);
        east.hypot(north)
    }

    #[test]
    fn offsets_of_five_cities() {
        let rows = [
            ("北京", 39.9042, 116.4074, 555.0),
            ("上海", 31.2304, 121.4737, 481.0),
            ("广州", 23.1291, 113.2644, 621.0),
            ("成都", 30.5728, 104.0668, 363.0),
            ("乌鲁木齐", 43.8256, 87.6168, 265.0),
        ];
        for (city, lat, lon, offset_m) in rows {
            let at = Degrees::new(lat, lon);
            let point = at.point().unwrap();
            let shifted = MapCrs::Gcj02.from_wgs84(at).point().unwrap();
            assert!((point.distance_m(&shifted) - offset_m).abs() < 0.6, "{city}: {}", point.distance_m(&shifted));
        }
    }

    #[test]
    fn published_vectors_of_baidu() {
        // Of GCJ-02, as open libraries print it.
        let bd = bd09(Degrees::new(39.915, 116.404));
        assert!((bd.lat - 39.921_336_993_51).abs() < 1e-9 && (bd.lon - 116.410_369_493_71).abs() < 1e-9, "{bd:?}");
    }

    #[test]
    fn nothing_arrives_without_its_system() {
        use NotAPlace::{OffEarth, Swapped, UnknownCrs, Untagged};
        let at = Degrees::new(34.6, 119.2);
        let rows = [
            (at, None, Err(Untagged)),
            (at, Some("  "), Err(Untagged)),
            (at, Some("北京54"), Err(UnknownCrs)),
            (Degrees::new(119.2, 34.6), Some("WGS-84"), Err(Swapped)),
            (Degrees::new(91.0, 200.0), Some("WGS-84"), Err(OffEarth)),
            (Degrees::new(f64::NAN, 119.0), Some("GCJ-02"), Err(OffEarth)),
            (at, Some("EPSG:4490"), Ok(geo::Crs::Cgcs2000)),
            (at, Some("ＧＣＪ－02"), Ok(geo::Crs::Wgs84)),
            (at, Some("bd09ll"), Ok(geo::Crs::Wgs84)),
        ];
        for (at, crs, wanted) in rows {
            assert_eq!(arrive(at, crs, PointSource::Import).map(|p| p.crs), wanted, "{at:?} {crs:?}");
        }
        let stored = arrive(at, Some("gcj02"), PointSource::Map).unwrap();
        assert!(apart_m(Degrees::from(&stored), at) > 400.0, "brought back before it is stored");
        assert_eq!(stored.source, PointSource::Map);
    }

    #[test]
    fn codes_are_names() {
        for crs in MapCrs::ALL {
            assert_eq!(MapCrs::from_name(crs.code()), Some(crs));
            assert_eq!(crs.is_shifted(), geo::Crs::from_name(crs.code()).is_none());
        }
    }

    proptest! {
        #[test]
        fn shifted_and_back_within_a_millimetre(lat in 1.0f64..55.5, lon in 72.5f64..137.5, which in 0usize..4) {
            let (crs, at) = (MapCrs::ALL[which], Degrees::new(lat, lon));
            let shifted = crs.from_wgs84(at);
            prop_assert!(apart_m(crs.to_wgs84(shifted), at) < 0.001);
            prop_assert_eq!(apart_m(shifted, at) > 20.0, crs.is_shifted());
            prop_assert!(apart_m(shifted, at) < 3000.0);
        }

        #[test]
        fn outside_china_nothing_moves(lat in -90.0f64..90.0, lon in -180.0f64..71.9, which in 0usize..4) {
            let at = Degrees::new(lat, lon);
            prop_assert_eq!(MapCrs::ALL[which].from_wgs84(at), at);
            prop_assert!(apart_m(MapCrs::ALL[which].to_wgs84(at), at) < 1e-9);
        }
    }
}
