//! 1,998 asks of a street, by 49 grids: 1,995 are closed, three are held with a leader and a date.
//!
//! Owns the story of a month: forty-nine gridworkers' phones, a desk's, a township's, and the real server. Refuses shortcuts:
//! every step is a command on a phone, and comes to others by sync. Invariant: what phones and server count is what was done.

use crate::founding;
use crate::machine::{SeededIds, TrueTime};
use crate::replay::ward::Phone;
use crate::run::SimError;
use gridwalk_model::command::{Command, Edits, ReportCase};
use gridwalk_model::id::{RecordId, UnitId};
use gridwalk_model::time::Timestamp;
use gridwalk_model::value::Value;
use gridwalk_server::Server;
use std::collections::BTreeMap;
use std::path::Path;

/// Grids of the street.
pub const GRIDS: usize = 49;
/// Asks heard in them.
pub const ASKS: usize = 1998;
/// Those that cannot be settled now.
pub const HELD: usize = 3;
/// The first of October 2026, nine o'clock in China.
const BEGINNING_MS: i64 = 1_790_816_400_000;
const MINUTE_MS: i64 = 60_000;
/// Days of the month on which people work.
const DAYS: usize = 20;

/// The street with everybody's phone.
pub struct StreetOfAsks {
    /// Its clock.
    pub time: TrueTime,
    /// The server.
    pub server: Server,
    /// The township.
    pub township: UnitId,
    /// The grids, each with its gridworker's phone.
    pub grids: Vec<(UnitId, Phone)>,
    /// The desk, which verifies, closes and holds.
    pub desk: Phone,
}

impl StreetOfAsks {
    /// Sets it up.
    pub fn found(folder: &Path) -> Result<Self, SimError> {
        let time = TrueTime::starting_at(BEGINNING_MS);
        let mut options = founding::options(folder.join("server"), &time, SeededIds::new(1998, 1));
        options.durable = false;
        let server = Server::create(options)?;
        let names: Vec<String> = (1..=GRIDS).map(|n| format!("第{n}网格")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let (township, units) = server.write(|w| {
            let made = crate::replay::units(w, &names, "grid")?;
            Ok((made.township, made.below))
        })?;
        let phone = |login: &str, role: &str, unit: UnitId, of: u64| {
            server.write(|w| founding::case_worker(w, login, role, unit))?;
            Phone::enrol(&server, &time, login, &folder.join(format!("{login}.db")), of)
        };
        let mut grids = Vec::new();
        for (n, unit) in (1_u64..).zip(units) {
            grids.push((unit, phone(&format!("grid-{n}"), "gridworker", unit, n)?));
        }
        let desk = phone("desk", "duty_officer", township, 0)?;
        Ok(Self { time, server, township, grids, desk })
    }

    /// The month: day by day the grids hear asks and settle what they can, and in the evening the desk verifies and closes it.
    pub fn month(&mut self) -> Result<(), SimError> {
        let (mut heard, each_day) = (0, ASKS.div_ceil(DAYS));
        for day in 0..DAYS {
            let at = BEGINNING_MS + i64::try_from(day).unwrap_or(0) * 24 * 60 * MINUTE_MS;
            self.time.pass_ms((at - self.time.now_ms()).max(0));
            let today = heard..ASKS.min(heard + each_day);
            heard = today.end;
            self.day(today)?;
        }
        Ok(())
    }

    fn day(&mut self, today: std::ops::Range<usize>) -> Result<(), SimError> {
        let mut settled = Vec::new();
        let mut spoke = [false; GRIDS];
        for n in today {
            self.time.pass_ms(2 * MINUTE_MS);
            let (unit, phone) = &mut self.grids[n % GRIDS];
            let record = phone.notebook().new_record()?;
            let edits = Edits::none().put("title", format!("诉求{n}").as_str()).put("kind", "ask");
            let report = ReportCase { record, unit: Some(*unit), parent: None, edits, answers: BTreeMap::new() };
            phone.notebook().execute(&Command::ReportCase(report))?;
            // One in so many cannot be settled now.
            let held = n % (ASKS / HELD) == 100;
            if !held {
                phone.step(record, "solve_on_spot", &[("result", "已办结".into())])?;
            }
            spoke[n % GRIDS] = true;
            settled.push((record, held));
        }
        for (n, (_, phone)) in self.grids.iter_mut().enumerate() {
            if spoke[n] {
                phone.sync()?;
            }
        }
        self.desk.sync()?;
        for (record, held) in settled {
            if held { self.hold(record)? } else { self.close(record)? }
        }
        self.desk.sync()
    }

    fn close(&self, record: RecordId) -> Result<(), SimError> {
        self.desk.step(record, "verify", &[])?;
        self.desk.step(record, "close", &[])
    }

    fn hold(&self, record: RecordId) -> Result<(), SimError> {
        self.desk.step(record, "accept", &[])?;
        let next = Timestamp(self.time.now_ms()).china_day() + 90;
        let answers = [
            ("reason", "随旧改实施".into()),
            ("leader", "李书记".into()),
            ("team", "旧改专班".into()),
            ("plan", "2027 年一季度动工".into()),
            ("next_on", Value::Int(next)),
        ];
        self.desk.step(record, "hold", &answers)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gridwalk_app::read::Reader;
    use gridwalk_app::read::case_board::Board;
    use gridwalk_model::appraisal::{Group, Month};
    use gridwalk_server::admin::{Admin, MonthAsked};

    #[test]
    fn asks_of_a_street() {
        let folder = tempfile::tempdir().unwrap();
        let mut street = StreetOfAsks::found(folder.path()).unwrap();
        street.month().unwrap();
        for (_, phone) in &mut street.grids {
            phone.sync().unwrap();
        }
        let month: Month = "2026-10".parse().unwrap();
        // A month later: who holds leads, and has a date; nothing that is held is overdue.
        street.time.pass_ms(month.ends().0 - street.time.now_ms());
        street.desk.sync().unwrap();
        let reader = Reader { store: street.desk.notebook().store(), actor: street.desk.notebook().actor().unwrap() };
        let held = reader.case_board(Board::Held, None).unwrap();
        assert_eq!(held.len(), HELD);
        for line in &held {
            let hold = line.hold.as_ref().unwrap();
            assert_eq!((hold.leader.as_str(), hold.team.as_str()), ("李书记", "旧改专班"));
            assert!(hold.next_on.as_deref().is_some_and(|on| on > "2026-12-01"), "{hold:?}");
        }
        assert!(reader.case_board(Board::Overdue, None).unwrap().is_empty(), "held is not overdue");
        let closed = (ASKS - HELD, ASKS - HELD, HELD);
        let counted = |sheet: &gridwalk_model::appraisal::Sheet, name: &str| {
            let number = sheet.number(name).unwrap();
            (number.top, number.base, number.left_out.len())
        };
        let numbers = reader.numbers(month, None, Some(Group::Grid)).unwrap();
        assert_eq!(counted(&numbers.all, "closing"), closed, "on the desk's phone");
        assert_eq!(numbers.groups.len(), GRIDS);

        // The server counts the same, grid by grid; each gridworker's own phone counts its grid.
        let township = street.server.read(|r| r.tx.unit(street.township)).unwrap().unwrap();
        let asked = MonthAsked { month, unit: &township.code, by: Some(Group::Grid) };
        let view = Admin::new(street.server.clone()).appraised_month(&asked).unwrap();
        assert_eq!(counted(&view.all, "closing"), closed);
        assert_eq!(counted(&view.all, "asks_grid"), (ASKS - HELD, ASKS, 0), "of asks all are told");
        assert_eq!(counted(&view.all, "held"), (HELD, ASKS, 0));
        assert_eq!(view.groups.len(), GRIDS);
        for (unit, phone) in &street.grids {
            let group = view.groups.iter().find(|group| group.of == unit.record()).unwrap();
            let reader = Reader { store: phone.notebook().store(), actor: phone.notebook().actor().unwrap() };
            let own = reader.numbers(month, None, None).unwrap();
            assert_eq!(counted(&own.all, "closing"), counted(&group.sheet, "closing"), "{}", group.name);
            let (_, base, left_out) = counted(&own.all, "closing");
            assert!((40..=41).contains(&(base + left_out)), "each grid its share");
        }
    }
}
