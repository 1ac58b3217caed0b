//! The city that is to be: which grids, which buildings, who lives behind which door.
//!
//! Owns the plan, made from a seed and the county that ships. Refuses to write it anywhere: phones do, through the real
//! write path. Invariant: one seed makes one city, for ever; its mark tells.

use crate::error::{DemoError, Result};
use crate::people::{self, Family};
use gridwalk_model::hash::Hash;
use rand::RngExt as _;
use rand::seq::SliceRandom as _;
use rand_chacha::ChaCha8Rng;

/// The county that ships: codes and names.
pub const COUNTY: &str = include_str!("../../catalog/places/nanhu_330402.csv");
/// Grids that are made in each village.
pub const GRIDS_A_VILLAGE: u16 = 2;
const ENTRANCES: i64 = 2;
const FLOORS: i64 = 5;
const DOORS_A_FLOOR: i64 = 2;
/// One door in so many is vacant.
const VACANT_ONE_IN: u32 = 12;

/// A unit of the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Its code without padding.
    pub code: String,
    /// Its name.
    pub name: String,
}

/// Behind one door.
#[derive(Debug, Clone)]
pub struct Door {
    /// Number on it.
    pub number: String,
    /// Floor.
    pub floor: i64,
    /// Entrance.
    pub entrance: String,
    /// Who lives there; nobody if it is vacant.
    pub family: Option<Family>,
}

/// A building with its doors.
#[derive(Debug, Clone)]
pub struct Block {
    /// Name, as people say it.
    pub name: String,
    /// Street and number.
    pub address: String,
    /// Doors, from the ground up.
    pub doors: Vec<Door>,
}

/// A grid with what stands in it.
#[derive(Debug, Clone)]
pub struct Grid {
    /// The grid.
    pub place: Place,
    /// Its buildings.
    pub blocks: Vec<Block>,
}

/// The part of the county that the demo plays in.
#[derive(Debug, Clone)]
pub struct City {
    /// The township that is looked after.
    pub town: Place,
    /// Its grids, and some beyond if there are many phones.
    pub grids: Vec<Grid>,
}

struct Row<'a> {
    code: &'a str,
    name: &'a str,
    parent: &'a str,
    level: &'a str,
}

fn rows() -> impl Iterator<Item = Row<'static>> {
    COUNTY.lines().skip(1).filter_map(|line| {
        let mut cells = line.split(',');
        let (code, name, parent, level) = (cells.next()?, cells.next()?, cells.next()?, cells.next()?);
        Some(Row { code, name, parent, level })
    })
}

impl City {
    /// Plans so many grids with about so many residents.
    pub fn plan(rng: &mut ChaCha8Rng, grids: usize, residents: u32) -> Result<Self> {
        let mut towns: Vec<Row<'_>> = rows().filter(|r| r.level == "township").collect();
        towns.shuffle(rng);
        let below = |town: &str| rows().filter(|r| r.level == "village" && r.parent == town).collect::<Vec<_>>();
        let at = towns.iter().position(|t| below(t.code).len() >= 4).ok_or(DemoError::Table)?;
        towns.swap(0, at);
        let mut villages: Vec<Row<'_>> = below(towns[0].code);
        villages.shuffle(rng);
        villages.extend(towns[1..].iter().flat_map(|t| below(t.code)));
        let a_village = usize::from(GRIDS_A_VILLAGE);
        if villages.len() * a_village < grids {
            return Err(DemoError::Table);
        }
        let share = residents.div_ceil(u32::try_from(grids).unwrap_or(1).max(1));
        let grid = |nth: usize| {
            let (village, number) = (&villages[nth / a_village], nth % a_village + 1);
            let code = format!("{}{number:03}", &village.code[..12]);
            let place = Place { code, name: format!("{}第{number}网格", village.name) };
            Grid { place, blocks: blocks(rng, share) }
        };
        let grids = (0..grids).map(grid).collect();
        let town = Place { code: towns[0].code[..9].to_owned(), name: towns[0].name.to_owned() };
        Ok(Self { town, grids })
    }

    /// How many people live there.
    pub fn residents(&self) -> u64 {
        let doors = self.grids.iter().flat_map(|g| &g.blocks).flat_map(|b| &b.doors);
        doors.filter_map(|d| d.family.as_ref()).map(|f| f.people.len() as u64).sum()
    }

    /// A mark of everything that was made up: equal for equal seeds.
    pub fn mark(&self) -> String {
        let hash = Hash::with_context("gridwalk 2026 demo city", &[format!("{self:?}").as_bytes()]);
        hash.to_string().chars().take(16).collect()
    }
}

fn blocks(rng: &mut ChaCha8Rng, residents: u32) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut housed = 0;
    let street = people::street(rng);
    let first = rng.random_range(1..80);
    while housed < residents as usize {
        let nth = blocks.len() + 1;
        let mut block = Block {
            name: format!("{street}{nth}幢"),
            address: format!("{street}{}号", first + 2 * nth),
            doors: Vec::new(),
        };
        for door in 0..ENTRANCES * FLOORS * DOORS_A_FLOOR {
            let (entrance, rest) = (door / (FLOORS * DOORS_A_FLOOR) + 1, door % (FLOORS * DOORS_A_FLOOR));
            let (floor, side) = (rest / DOORS_A_FLOOR + 1, rest % DOORS_A_FLOOR + 1);
            // The first door is always vacant, so that somebody can move in.
            let lived_in = door > 0 && housed < residents as usize && rng.random_range(0..VACANT_ONE_IN) > 0;
            let family = lived_in.then(|| people::family(rng));
            housed += family.as_ref().map_or(0, |f| f.people.len());
            let (number, entrance) = (format!("{entrance}-{floor}0{side}"), entrance.to_string());
            block.doors.push(Door { number, floor, entrance, family });
        }
        blocks.push(block);
    }
    blocks
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng as _;

    #[test]
    fn one_seed_makes_one_city() {
        let plan = |seed| City::plan(&mut ChaCha8Rng::seed_from_u64(seed), 3, 600).unwrap();
        assert_eq!(plan(1).mark(), plan(1).mark());
        assert_ne!(plan(1).mark(), plan(2).mark());
        for seed in 0..20 {
            let city = plan(seed);
            assert!((600..640).contains(&city.residents()), "{}", city.residents());
            assert!(city.grids.iter().all(|g| g.place.code.len() == 15));
            assert!(city.grids[0].place.code.starts_with(&city.town.code));
            assert!(city.grids.iter().all(|g| g.blocks[0].doors[0].family.is_none()));
        }
    }

    #[test]
    fn many_phones_find_their_grids() {
        let city = City::plan(&mut ChaCha8Rng::seed_from_u64(3), 57, 5000).unwrap();
        let codes: std::collections::BTreeSet<_> = city.grids.iter().map(|g| &g.place.code).collect();
        assert_eq!(codes.len(), 57);
    }
}
