//! The crew: who works where, with which login, on which phone.
//!
//! Owns the cast. Refuses to make accounts by itself: the server's own verbs do. Invariant: the first two share a grid,
//! the third decides for the township.

use crate::city::City;
use crate::error::{DemoError, Result};
use crate::office::Office;
use crate::people;
use crate::phone::{Phone, Post};
use gridwalk_model::{Role, UnitId};
use rand_chacha::ChaCha8Rng;
use std::collections::BTreeMap;

/// The password of every account of the demo: the server listens on this machine only, and its people are made up.
pub const PASSWORD: &str = "walk-the-grid";
/// Code of the county that ships.
pub const COUNTY_CODE: &str = "330402";
/// Login of the administrator.
pub const ADMIN: &str = "admin";
/// Who answers for people: says what sensitive fields are for.
pub const SECURITY: &str = "security";

/// Place in the crew of the phone that is edited beside the first one's, on the same grid.
pub const PARTNER: usize = 1;
/// Place in the crew of the supervisor.
pub const SUPERVISOR: usize = 2;
/// Place in the crew of the phone that is mostly offline.
pub const OFFLINE: usize = 3;
/// Place in the crew of the handler.
pub const HANDLER: usize = 4;
/// Place in the crew of the one whose grant is withdrawn for a while.
pub const WITHDRAWN: usize = 5;
/// Phones that have no grid of their own: partner, supervisor, handler.
const WITHOUT_GRID: usize = 3;

/// How many grids so many phones need.
pub fn grids_for(phones: u16) -> usize {
    usize::from(phones).saturating_sub(WITHOUT_GRID).max(1) + usize::from(phones == 4)
}

/// Everybody.
pub struct Crew {
    /// Their phones, in order of the cast.
    pub phones: Vec<Phone>,
}

/// Who works where.
pub fn posts(rng: &mut ChaCha8Rng, city: &City, phones: u16) -> Vec<Post> {
    let mut next_grid = 1;
    let mut walkers = 0;
    let mut post = |nth: usize| {
        let name = people::name(rng);
        if nth == SUPERVISOR || nth == HANDLER {
            let role = if nth == SUPERVISOR { Role::TownshipSupervisor } else { Role::Handler };
            let login = if nth == SUPERVISOR { "supervisor" } else { "handler" }.to_owned();
            let (unit_code, unit_name) = (city.town.code.clone(), city.town.name.clone());
            return Post { login, name, role, unit_code, unit_name, grid: None };
        }
        let grid = if nth <= PARTNER { 0 } else { next_grid };
        next_grid += usize::from(nth > PARTNER);
        walkers += 1;
        let place = &city.grids[grid.min(city.grids.len() - 1)].place;
        let (unit_code, unit_name) = (place.code.clone(), place.name.clone());
        Post { login: format!("walker{walkers}"), name, role: Role::Gridworker, unit_code, unit_name, grid: Some(grid) }
    };
    (0..usize::from(phones)).map(&mut post).collect()
}

/// Makes accounts, roles and one-time codes by the server's verbs, and enrols a phone for each.
pub async fn hire(office: &Office, posts: Vec<Post>) -> Result<Crew> {
    let listed = office.verb(&["unit", "list"], None).await?;
    let rows = listed["units"].as_array().cloned().unwrap_or_default();
    let unit = |row: &serde_json::Value| Some((row["code"].as_str()?.to_owned(), row["unit"].as_str()?.parse().ok()?));
    let units: BTreeMap<String, UnitId> = rows.iter().filter_map(unit).collect();
    let folder = office.folder().join("phones");
    let mut phones = Vec::new();
    for post in posts {
        let (login, name, role, code) = (&post.login, &post.name, post.role.name(), &post.unit_code);
        let add = ["user", "add", login, "--name", name, "--role", role, "--unit", code, "--password-stdin"];
        office.verb(&add, Some(PASSWORD)).await?;
        if post.role == Role::TownshipSupervisor {
            // Somebody of the county lets items into the work list: here it is the same person.
            let grant = ["user", "grant", login, "--role", Role::CountySupervisor.name(), "--unit", COUNTY_CODE];
            office.verb(&grant, None).await?;
        }
        let made = enrolment_code(office, login).await?;
        let unit = units.get(&post.unit_code).copied().ok_or(DemoError::Table)?;
        phones.push(Phone::enrol(post, unit, &folder, office.address(), &made).await?);
    }
    Ok(Crew { phones })
}

/// A one-time code for one phone.
pub async fn enrolment_code(office: &Office, login: &str) -> Result<String> {
    let made = office.verb(&["user", "code", login, "--confirmed"], None).await?;
    Ok(made["code"].as_str().unwrap_or_default().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng as _;

    #[test]
    fn everybody_has_a_place_however_many_they_are() {
        for phones in 3..=60 {
            let mut rng = ChaCha8Rng::seed_from_u64(5);
            let grids = grids_for(phones);
            let city = City::plan(&mut rng, grids, 100).unwrap();
            let posts = posts(&mut rng, &city, phones);
            let logins: std::collections::BTreeSet<_> = posts.iter().map(|p| &p.login).collect();
            assert_eq!(logins.len(), usize::from(phones));
            assert_eq!(posts[0].unit_code, posts[PARTNER].unit_code);
            assert!(posts.iter().filter_map(|p| p.grid).all(|g| g < grids), "{phones}");
            let seeded: std::collections::BTreeSet<_> = posts.iter().filter_map(|p| p.grid).collect();
            assert_eq!(seeded.len(), grids, "{phones}: a grid without anybody");
        }
    }
}
