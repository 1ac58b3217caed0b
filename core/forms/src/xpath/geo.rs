//! Areas, distances and fences on a sphere (ODK XForms, `area`, `distance`, `geofence`).
//!
//! Owns reading points and lines as text. Refuses coordinate systems: numbers are taken as they come. Invariant: a line
//! with one bad point is no line.

/// The radius that all clients use.
const RADIUS_M: f64 = 6_378_100.0;

/// Latitude and longitude, in degrees.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Place {
    /// Degrees north.
    pub lat: f64,
    /// Degrees east.
    pub lon: f64,
}

/// Reads `lat lon [altitude [accuracy]]`.
pub fn place(text: &str) -> Option<Place> {
    let numbers: Vec<&str> = text.split_whitespace().collect();
    if !(2..=4).contains(&numbers.len()) {
        return None;
    }
    let (lat, lon): (f64, f64) = (numbers[0].parse().ok()?, numbers[1].parse().ok()?);
    (lat.abs() <= 90.0 && lon.abs() <= 180.0).then_some(Place { lat, lon })
}

/// Reads places with semicolons between them; at least two.
pub fn line(text: &str) -> Option<Vec<Place>> {
    let text = text.trim().trim_end_matches(|letter: char| letter == ';' || letter.is_whitespace());
    let places: Option<Vec<Place>> = text.split(';').map(place).collect();
    places.filter(|places| places.len() > 1)
}

/// The line of one text, or of one place in each text.
pub fn line_of(texts: &[String]) -> Option<Vec<Place>> {
    match texts {
        [one] => line(one),
        many => many.iter().map(|text| place(text)).collect::<Option<Vec<Place>>>().filter(|line| line.len() > 1),
    }
}

fn cents(metres: f64) -> f64 {
    ((metres * 100.0 + 0.5).floor() / 100.0).abs()
}

/// The area that a line goes round, in square metres.
pub fn area(line: &[Place]) -> f64 {
    if line.len() < 3 {
        return 0.0;
    }
    let first = line.iter().chain(&line[..1]);
    let next = line[1..].iter().chain(&line[..1]);
    let sum: f64 = first
        .zip(next)
        .map(|(one, two)| {
            let turn = (two.lon - one.lon).to_radians();
            turn * (2.0 + one.lat.to_radians().sin() + two.lat.to_radians().sin())
        })
        .sum();
    cents(sum * RADIUS_M * RADIUS_M / 2.0)
}

/// The length of a line, in metres.
pub fn distance(line: &[Place]) -> f64 {
    let leg = |pair: &[Place]| {
        let turn = (pair[0].lon - pair[1].lon).to_radians();
        let (one, two) = (pair[0].lat.to_radians(), pair[1].lat.to_radians());
        let cosine = one.sin() * two.sin() + one.cos() * two.cos() * turn.cos();
        cosine.clamp(-1.0, 1.0).acos() * RADIUS_M
    };
    cents(line.windows(2).map(leg).sum())
}

/// Whether a place lies inside a ring.
#[expect(clippy::float_cmp, reason = "a ring ends where it began, to the digit")]
pub fn is_inside(place: Place, ring: &[Place]) -> bool {
    let closed =
        matches!((ring.first(), ring.last()), (Some(one), Some(two)) if one.lat == two.lat && one.lon == two.lon);
    closed
        && ring.windows(2).fold(false, |inside, pair| {
            let (one, two) = (pair[0], pair[1]);
            let crosses = (two.lat > place.lat) != (one.lat > place.lat)
                && place.lon < (one.lon - two.lon) * (place.lat - two.lat) / (one.lat - two.lat) + two.lon;
            inside != crosses
        })
}

/// Whether two of a line's legs that are not neighbours meet.
pub fn crosses_itself(line: &[Place]) -> bool {
    let turn = |a: Place, b: Place, c: Place| {
        let cross = (b.lon - a.lon) * (c.lat - a.lat) - (b.lat - a.lat) * (c.lon - a.lon);
        if cross.abs() < 1e-12 { 0.0 } else { cross.signum() }
    };
    let legs: Vec<(Place, Place)> = line.windows(2).map(|pair| (pair[0], pair[1])).collect();
    let meet = |one: &(Place, Place), two: &(Place, Place)| {
        turn(one.0, one.1, two.0) * turn(one.0, one.1, two.1) < 0.0
            && turn(two.0, two.1, one.0) * turn(two.0, two.1, one.1) < 0.0
    };
    legs.iter().enumerate().any(|(at, leg)| legs.iter().skip(at + 2).any(|other| meet(leg, other)))
}
