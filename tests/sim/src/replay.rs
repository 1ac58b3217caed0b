//! A city's real cases, sent through reporting, dispatch, handling and closing on phones and the real server.
//!
//! Owns the order of what happens and the set-up of made-up units. Refuses to count by itself: statistics and clocks of the
//! product do. Invariant: whatever happens is a command on a phone at the moment of the file, and comes to others by sync.

pub mod count;
pub mod row;
pub mod ward;

use crate::founding::{self, ADMIN};
use crate::machine::{SeededIds, TrueTime};
use crate::run::SimError;
use count::Counts;
use gridwalk_model::id::{SpaceId, UnitId};
use gridwalk_model::time::{DAY_MS, Timestamp};
use gridwalk_server::{Server, Writing, server, tree};
use row::Row;
use std::collections::BTreeMap;
use std::path::Path;
use ward::Ward;

/// When 2012 begins in New York.
pub const CUT: Timestamp = Timestamp(1_325_394_000_000);
/// A while before the first of the file.
const BEGINNING_MS: i64 = 1_309_400_000_000;
/// Midnight in New York is so long after that of UTC, in summer and in winter: days end between the two.
const NIGHT_MS: i64 = 5 * 3_600_000;

/// One county of the city: a server, and two phones in each of its wards.
struct County {
    time: TrueTime,
    server: Server,
    space: SpaceId,
    wards: BTreeMap<String, Ward>,
}

/// What happens: in order of time, reports before ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum What {
    Cut,
    Opens(usize),
    Ends(usize),
}

/// Plays the rows in so many counties at once, each with a server of its own; what they count, together.
pub fn play(rows: &[Row], folder: &Path, counties: usize) -> Result<Counts, SimError> {
    let mut names: Vec<(usize, &str)> = Vec::new();
    for row in rows {
        match names.iter_mut().find(|(_, name)| *name == row.ward) {
            Some((count, _)) => *count += 1,
            None => names.push((1, &row.ward)),
        }
    }
    // The largest first, in turns: so both counties have about as much to do.
    names.sort_unstable_by(|a, b| b.cmp(a));
    let of_county = |n: usize| names.iter().skip(n).step_by(counties.max(1)).map(|(_, name)| *name).collect::<Vec<_>>();
    let played: Vec<Result<Counts, SimError>> = std::thread::scope(|scope| {
        let start = |n: usize| {
            let (wards, folder) = (of_county(n), folder.join(format!("county-{n}")));
            scope.spawn(move || County::found(&folder, n, &wards).and_then(|mut county| county.play(rows, &wards)))
        };
        let threads: Vec<_> = (0..counties.max(1)).map(start).collect();
        threads
            .into_iter()
            .map(|t| t.join().unwrap_or_else(|_| Err(SimError::Setup("a county broke".into()))))
            .collect()
    });
    let mut sum = Counts::default();
    for counts in played {
        sum.add(&counts?);
    }
    Ok(sum)
}

impl County {
    /// Sets it up.
    fn found(folder: &Path, number: usize, names: &[&str]) -> Result<Self, SimError> {
        std::fs::create_dir_all(folder)?;
        let time = TrueTime::starting_at(BEGINNING_MS);
        let mut options = founding::options(folder.join("server"), &time, SeededIds::new(number as u64, 1));
        options.durable = false;
        let server = Server::create(options)?;
        let Made { space, below: units, .. } = server.write(|w| units(w, names, "village"))?;
        let mut county = Self { time, server, space, wards: BTreeMap::new() };
        for (nth, (name, unit)) in names.iter().zip(units).enumerate() {
            let ward = county.ward(folder, nth, unit)?;
            county.wards.insert((*name).to_owned(), ward);
        }
        Ok(county)
    }

    /// A ward with its desk and its handler.
    fn ward(&self, folder: &Path, nth: usize, unit: UnitId) -> Result<Ward, SimError> {
        let mut phones = Vec::new();
        for (n, role) in ["duty_officer", "handler"].into_iter().enumerate() {
            let login = format!("{role}-{nth}");
            self.server.write(|w| founding::case_worker(w, &login, role, unit))?;
            let of = (nth * 2 + n) as u64;
            phones.push(ward::Phone::enrol(&self.server, &self.time, &login, &folder.join(format!("{login}.db")), of)?);
        }
        let mut phones = phones.into_iter();
        match (phones.next(), phones.next()) {
            (Some(desk), Some(handler)) => Ok(Ward::new(unit, desk, handler)),
            _ => Err(SimError::Setup("a ward has two phones".into())),
        }
    }

    /// Plays what of the rows lies in its wards.
    fn play(&mut self, rows: &[Row], wards: &[&str]) -> Result<Counts, SimError> {
        let mut happens: Vec<(Timestamp, What)> = vec![(CUT, What::Cut)];
        for (n, row) in rows.iter().enumerate().filter(|(_, row)| wards.contains(&row.ward.as_str())) {
            happens.push((row.opened, What::Opens(n)));
            happens.extend(row.closed.map(|closed| (closed.max(row.opened), What::Ends(n))));
        }
        happens.sort_unstable();
        let (mut counts, mut night) = (Counts::default(), first_night(BEGINNING_MS));
        for (at, what) in happens {
            if at.0 >= night {
                self.end_day(night)?;
                night = first_night(at.0);
            }
            self.set(at);
            match what {
                What::Cut => counts.take("as_of", &self.server, self.space)?,
                What::Opens(n) => self.ward_of(&rows[n])?.report(n, &rows[n])?,
                What::Ends(n) => self.ward_of(&rows[n])?.handle(n)?,
            }
        }
        self.end_day(night)?;
        counts.take("end", &self.server, self.space)?;
        self.server.close()?;
        Ok(counts)
    }

    fn ward_of(&mut self, row: &Row) -> Result<&mut Ward, SimError> {
        self.wards.get_mut(&row.ward).ok_or_else(|| SimError::Setup("a ward without a unit".into()))
    }

    /// No clock goes back.
    fn set(&self, at: Timestamp) {
        self.time.pass_ms((at.0 - self.time.now_ms()).max(0));
    }

    /// The evening: all that was handled is verified and closed.
    fn end_day(&mut self, night: i64) -> Result<(), SimError> {
        self.set(Timestamp(night - 1));
        self.wards.values_mut().try_for_each(Ward::end_day)
    }
}

/// The first moment of a New York night after that one: midnight of winter time, which in summer is one o'clock.
const fn first_night(after: i64) -> i64 {
    (after - NIGHT_MS).div_euclid(DAY_MS) * DAY_MS + DAY_MS + NIGHT_MS
}

/// The township's code, by which it is asked for.
const TOWNSHIP_CODE: &str = "330402001";

/// What was made of units.
pub(crate) struct Made {
    /// The county's space.
    pub space: SpaceId,
    /// The township.
    pub township: UnitId,
    /// What is below it, in the order of the names.
    pub below: Vec<UnitId>,
}

/// A city, a county, a township and units of these names below it.
pub(crate) fn units(w: &Writing<'_>, names: &[&str], level: &str) -> gridwalk_server::Result<Made> {
    founding::account(w, ADMIN, "admin", "Administrator")?;
    let reference = server::make_space(w, "city", true)?;
    let space = server::make_space(w, "county", false)?;
    let unit = |level: &str, name: &str, parent, code| founding::unit(w, reference, (level, name), (parent, code));
    let city = unit("city", "重放市", None, None)?;
    let county = unit("county", "重放县", Some(city), None)?;
    tree::assign_space(w, county, space)?;
    let township = unit("township", "重放街道", Some(county), Some(TOWNSHIP_CODE))?;
    let below =
        names.iter().map(|name| unit(level, name, Some(township), None)).collect::<gridwalk_server::Result<_>>()?;
    Ok(Made { space, township, below })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_end_where_new_york_sleeps() {
        assert_eq!(first_night(CUT.0 - 1), CUT.0);
        assert_eq!(first_night(CUT.0), CUT.0 + DAY_MS);
    }

    /// Four made-up rows: in time, too late, open and overdue, without a date.
    #[test]
    fn a_few_rows_are_counted_by_statistics_and_clock_alike() {
        let folder = tempfile::tempdir().unwrap();
        let text = "\
open_dt,target_dt,closed_dt,case_title,type,location,ward,source
2011-07-01 01:32:33,2011-07-15 01:32:32,2011-07-01 05:06:58,Lights,Street Lights,1 A St,Ward 17,Employee Generated
2011-12-28 02:00:00,2011-12-29 08:00:00,2012-02-01 10:00:00,Pothole,Pothole,2 B St,Ward 3,Constituent Call
2011-12-30 02:00:00,2011-12-31 08:00:00,,Tree,Trees,,03,Citizens Connect App
2011-12-31 23:11:06,,2011-12-31 23:11:06,Trash,Trash, ,,Twitter
";
        let rows = row::read(text.as_bytes()).unwrap();
        for counties in [1, 2] {
            let counts = play(&rows, &folder.path().join(counties.to_string()), counties).unwrap();
            let of = |key: &str| counts.of(key);
            for when in ["as_of", "end"] {
                let both = |name: &str| (of(&format!("{when}.facts.{name}")), of(&format!("{when}.clock.{name}")));
                assert_eq!(both("in_time"), (1, 1), "{when} {counts:?}");
                assert_eq!(both("no_clock"), (1, 1), "{when}");
            }
            assert_eq!((of("as_of.facts.closed"), of("as_of.facts.open"), of("as_of.clock.overdue")), (2, 2, 2));
            assert_eq!((of("end.facts.closed"), of("end.clock.late"), of("end.clock.overdue")), (3, 1, 1));
            assert_eq!((of("end.month.2011-07.closing.top"), of("end.month.2011-12.on_time.base")), (1, 2));
            assert_eq!((of("end.volume.2011-12.hotline"), of("day.2011-12-30")), (1, 1));
        }
    }
}
