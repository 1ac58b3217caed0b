//! The first place where two JSON values differ.
//!
//! Owns the walk and the path's form (`fields.f[0].v`). Refuses to know what the values mean. Invariant: `None` if and
//! only if the values are equal; the order of a map's keys is no difference.

use serde_json::Value as Json;

/// Where two values differ, and how.
pub struct Difference {
    /// The path to the place.
    pub at: String,
    /// What was expected there, if anything.
    pub expected: Option<Json>,
    /// What was found there, if anything.
    pub found: Option<Json>,
}

/// The first difference below `at`.
pub fn first(at: &str, expected: Option<&Json>, found: Option<&Json>) -> Option<Difference> {
    match (expected, found) {
        (Some(Json::Object(e)), Some(Json::Object(f))) => {
            let mut keys: Vec<_> = e.keys().chain(f.keys()).collect();
            keys.sort_unstable();
            keys.dedup();
            keys.into_iter().find_map(|k| first(&format!("{at}.{k}"), e.get(k), f.get(k)))
        }
        (Some(Json::Array(e)), Some(Json::Array(f))) => {
            (0..e.len().max(f.len())).find_map(|i| first(&format!("{at}[{i}]"), e.get(i), f.get(i)))
        }
        (e, f) if e == f => None,
        (e, f) => Some(Difference { at: at.to_owned(), expected: e.cloned(), found: f.cloned() }),
    }
}
