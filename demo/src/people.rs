//! Made-up people: households with plausible names, ages and ID numbers that no real person can have.
//!
//! Owns the making up. Refuses real data: names come from our own short lists, ID numbers begin with the unassigned 99.
//! Invariant: one seed makes one city, for ever.

use gridwalk_model::civil_date::CivilDate;
use gridwalk_model::id_number;
use rand::RngExt as _;
use rand_chacha::ChaCha8Rng;

const SURNAMES: &str = include_str!("../../catalog/names/surnames.txt");
const GIVEN: &str = include_str!("../../catalog/names/given_characters.txt");
const STREETS: &str = include_str!("../../catalog/names/streets.txt");

/// A made-up resident.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Full name.
    pub name: String,
    /// GB/T 2261.1: `1` male, `2` female.
    pub sex: &'static str,
    /// Days since 1970-01-01.
    pub birth_days: i64,
    /// 18 digits beginning with 99, check digit right.
    pub id_number: String,
    /// GB/T 4761: head, spouse, child.
    pub relation: &'static str,
    /// A number of eleven digits, or none.
    pub phone: Option<String>,
}

/// A made-up household.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Family {
    /// Who lives there; the head first.
    pub people: Vec<Person>,
}

fn lines(list: &'static str) -> Vec<&'static str> {
    list.lines().map(str::trim).filter(|l| !l.is_empty() && !l.starts_with('#')).collect()
}

fn pick<'a>(rng: &mut ChaCha8Rng, list: &[&'a str]) -> &'a str {
    list.get(rng.random_range(0..list.len().max(1))).copied().unwrap_or("")
}

/// A street of our own list.
pub fn street(rng: &mut ChaCha8Rng) -> &'static str {
    pick(rng, &lines(STREETS))
}

/// The name of somebody who works here.
pub fn name(rng: &mut ChaCha8Rng) -> String {
    let (surnames, given) = (lines(SURNAMES), lines(GIVEN));
    [pick(rng, &surnames), pick(rng, &given), pick(rng, &given)].concat()
}

/// A family of one to six, smaller ones more often.
pub fn family(rng: &mut ChaCha8Rng) -> Family {
    let size = [1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 5, 6][rng.random_range(0..12)];
    let surname = pick(rng, &lines(SURNAMES));
    let head_age = rng.random_range(24..88);
    let head_sex = if rng.random_range(0..3) == 0 { "2" } else { "1" };
    let mut people = vec![person(rng, surname, head_sex, head_age, "02")];
    for place in 1..size {
        let (sex, age, relation) = match place {
            1 => (if head_sex == "1" { "2" } else { "1" }, head_age - rng.random_range(-4..6), "10"),
            _ if rng.random_range(0..2) == 0 => ("1", head_age - rng.random_range(22..38), "20"),
            _ => ("2", head_age - rng.random_range(22..38), "30"),
        };
        let surname = if relation == "10" { pick(rng, &lines(SURNAMES)) } else { surname };
        people.push(person(rng, surname, sex, age.max(0), relation));
    }
    Family { people }
}

fn person(rng: &mut ChaCha8Rng, surname: &str, sex: &'static str, age: i32, relation: &'static str) -> Person {
    let given = lines(GIVEN);
    let mut name = surname.to_owned();
    name.push_str(pick(rng, &given));
    if rng.random_range(0..5) > 0 {
        name.push_str(pick(rng, &given));
    }
    let (year, month, day) = (2026 - age, rng.random_range(1..=12_u32), rng.random_range(1..=28_u32));
    let birth_days = CivilDate::new(year, month, day).map_or(0, CivilDate::days);
    let order = rng.random_range(0..499) * 2 + i32::from(sex == "1");
    let first = format!("99{:04}{year:04}{month:02}{day:02}{order:03}", rng.random_range(0..10_000));
    let check = id_number::check_digit(&first).unwrap_or('0');
    let phone = (age > 12).then(|| format!("19{:09}", rng.random_range(0..1_000_000_000_u32)));
    Person { name, sex, birth_days, id_number: format!("{first}{check}"), relation, phone }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng as _;

    #[test]
    fn people_are_made_up_whole_and_alike_for_one_seed() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let families: Vec<_> = (0..200).map(|_| family(&mut rng)).collect();
        let mut again = ChaCha8Rng::seed_from_u64(1);
        assert_eq!(families, (0..200).map(|_| family(&mut again)).collect::<Vec<_>>());
        for person in families.iter().flat_map(|f| &f.people) {
            assert!(person.id_number.starts_with("99") && person.id_number.len() == 18, "{person:?}");
            let check = id_number::check_digit(&person.id_number[..17]);
            assert_eq!(person.id_number.chars().last(), check);
            assert!(person.name.chars().count() >= 2, "{person:?}");
        }
    }
}
