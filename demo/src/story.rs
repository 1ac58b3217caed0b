//! The turns of the story: what does not happen every day, in an order that repeats.
//!
//! Owns who does what in which round. Refuses to decide what becomes of it: phones and server do. Invariant: a turn
//! whose people or places are not there is left out.

use crate::crew::{Crew, HANDLER, OFFLINE, PARTNER, SUPERVISOR, WITHDRAWN};
use crate::daily::{self, Did};
use crate::errands;
use crate::error::Result;
use crate::office::Office;
use crate::phone::Phone;
use crate::screen::{Screen, Tone};
use crate::seeding::sync_and_say;
use crate::town::Town;
use crate::upkeep;
use gridwalk_app::AppError;
use gridwalk_model::command::{Command, Correct, EditRecord, Edits, MoveRecord, ReportCase, Target};
use rand_chacha::ChaCha8Rng;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// Rounds after which every turn was taken once.
pub const ROUNDS: u32 = 8;
/// The phone that is mostly offline has a network once in so many rounds.
const ONLINE_ONE_IN: u32 = 4;

/// Everything that a round needs.
pub struct Story<'a> {
    /// The administrator's way.
    pub office: &'a Office,
    /// The people.
    pub crew: Crew,
    /// The places.
    pub town: Town,
    /// What is seen.
    pub screen: &'a Screen,
    /// Seeded choices.
    pub rng: ChaCha8Rng,
    /// How long to wait before each sync.
    pub pace: Duration,
}

impl Story<'_> {
    /// One round: a turn, then everybody's work and sync.
    pub async fn round(&mut self, round: u32) -> Result<()> {
        self.screen.line(Tone::Plain, "")?;
        self.screen.say(Tone::Strong, "round", &[("n", &round.to_string())])?;
        self.correct_refused()?;
        match (round - 1) % ROUNDS {
            0 => self.edit_together()?,
            1 => self.disagree()?,
            2 => self.report_elsewhere()?,
            3 => self.withdraw().await?,
            4 => self.decide_quarantined().await?,
            5 => self.move_household()?,
            _ => {}
        }
        errands::run(self, round).await?;
        upkeep::run(self, round).await?;
        let handler = self.crew.phones.get(HANDLER).map(|p| p.unit);
        for nth in 0..self.crew.phones.len() {
            let did = daily::work(&self.crew.phones[nth], &mut self.town, &mut self.rng, handler)?;
            self.pause().await;
            if nth == OFFLINE && !round.is_multiple_of(ONLINE_ONE_IN) {
                let phone = &self.crew.phones[nth];
                self.screen.offline(phone, &did.said(&self.screen.words), phone.waiting()?)?;
            } else {
                self.sync(nth, did).await?;
            }
        }
        Ok(())
    }

    /// Everybody syncs until nothing moves any more.
    pub async fn rest(&mut self) -> Result<bool> {
        self.screen.line(Tone::Plain, "")?;
        self.screen.say(Tone::Strong, "to_rest", &[])?;
        for _ in 0..ROUNDS {
            let mut still = true;
            for nth in 0..self.crew.phones.len() {
                let before = self.crew.phones[nth].sums;
                self.crew.phones[nth].sync().await?;
                let after = self.crew.phones[nth].sums;
                still &= (before.pushed, before.rows, before.left) == (after.pushed, after.rows, after.left);
            }
            if still {
                return Ok(true);
            }
        }
        Ok(false)
    }

    async fn sync(&mut self, nth: usize, did: Did) -> Result<()> {
        let said = did.said(&self.screen.words);
        sync_and_say(&mut self.crew.phones[nth], self.screen, &said).await
    }

    async fn pause(&self) {
        tokio::time::sleep(self.pace).await;
    }

    fn pair(&self) -> Option<(&Phone, &Phone)> {
        Some((self.crew.phones.first()?, self.crew.phones.get(PARTNER)?))
    }

    /// Two people change different fields of one household: nobody is asked.
    fn edit_together(&mut self) -> Result<()> {
        let Some(home) = self.town.home(&mut self.rng, 0) else { return Ok(()) };
        let number = daily::number(&mut self.rng);
        let Some((one, other)) = self.pair() else { return Ok(()) };
        let done = daily::edit(one, home.household, Edits::none().put("phone", number))?
            && daily::edit(other, home.household, Edits::none().put("note", "晚上八点后在家"))?;
        if done {
            let gaps = [("one", &*one.post.name), ("other", &other.post.name), ("head", &home.head)];
            self.screen.event("edit_together", &gaps)?;
        }
        Ok(())
    }

    /// Two people change the same field of one household: both values are kept.
    fn disagree(&mut self) -> Result<()> {
        let Some(home) = self.town.home(&mut self.rng, 0) else { return Ok(()) };
        let numbers = (daily::number(&mut self.rng), daily::number(&mut self.rng));
        let Some((one, other)) = self.pair() else { return Ok(()) };
        let done = daily::edit(one, home.household, Edits::none().put("phone", numbers.0))?
            && daily::edit(other, home.household, Edits::none().put("phone", numbers.1))?;
        if done {
            let field = self.screen.words.field("household", "phone");
            let gaps = [("one", &*one.post.name), ("other", &other.post.name), ("head", &home.head), ("field", &field)];
            self.screen.event("disagree", &gaps)?;
        }
        Ok(())
    }

    /// Somebody reports a case in a grid that is not theirs: the server refuses, nothing is lost.
    fn report_elsewhere(&mut self) -> Result<()> {
        let elsewhere = |p: &&Phone| p.post.grid.is_some_and(|g| g > 0);
        let unit = self.crew.phones.iter().find(elsewhere).map(|p| (p.unit, p.post.unit_name.clone()));
        let (Some((unit, name)), Some(one)) = (unit, self.crew.phones.get(PARTNER)) else { return Ok(()) };
        if let Some(case) = daily::report(one, Some(unit), None, &mut self.rng)? {
            self.town.cases.push(case);
            self.screen.event("report_elsewhere", &[("one", &one.post.name), ("unit", &name)])?;
        }
        Ok(())
    }

    /// What was refused or declined is corrected: the same again, in the own unit, or the edit once more.
    fn correct_refused(&mut self) -> Result<()> {
        for phone in &self.crew.phones {
            let reader = phone.reader()?;
            let list = phone.read(|_| Ok::<_, AppError>(reader.attention()?))?;
            for item in list {
                let text = |name: &str| item.typed.get(name).and_then(|v| v.as_str()).unwrap_or_default().to_owned();
                let with = match (item.code.as_str(), item.kind.as_str()) {
                    ("not_in_scope", "case") => {
                        let edits = Edits::none().put("title", text("title")).put("category", text("category"));
                        let (record, unit, answers) = (item.record, Some(phone.unit), BTreeMap::new());
                        Command::ReportCase(ReportCase { record, unit, parent: None, edits, answers })
                    }
                    (_, "resident") if !text("phone").is_empty() => {
                        let Some(basis) = phone.open(item.record)? else { continue };
                        let edits = Edits::none().put("phone", text("phone")).put("note", "已当面核实");
                        Command::EditRecord(EditRecord { record: item.record, basis, also: Vec::new(), edits })
                    }
                    _ => continue,
                };
                let correct = Correct { save: item.save, record: item.record, with: Box::new(with) };
                if phone.execute(&Command::Correct(correct))?.is_some() {
                    self.screen.event("corrected", &[("one", &phone.post.name)])?;
                }
            }
        }
        Ok(())
    }

    /// A grant is withdrawn while its holder has something typed: that waits for a decision.
    async fn withdraw(&mut self) -> Result<()> {
        let Some(phone) = self.crew.phones.get(WITHDRAWN) else { return Ok(()) };
        let Some(grid) = phone.post.grid else { return Ok(()) };
        let mut typed = 0;
        for _ in 0..6 {
            let Some(home) = self.town.home(&mut self.rng, grid) else { break };
            let Some(resident) = home.residents.first() else { continue };
            let number = daily::number(&mut self.rng);
            typed += u64::from(typed < 2 && daily::edit(phone, *resident, Edits::none().put("phone", number))?);
        }
        let post = &phone.post;
        self.office
            .verb(&["user", "ungrant", &post.login, "--role", post.role.name(), "--unit", &post.unit_code], None)
            .await?;
        self.screen.event("withdrawn", &[("one", &post.name), ("unit", &post.unit_name), ("n", &typed.to_string())])
    }

    /// What waits is decided, some each way, and the grant is given back.
    async fn decide_quarantined(&mut self) -> Result<()> {
        let Some(post) = self.crew.phones.get(WITHDRAWN).map(|p| p.post.clone()) else { return Ok(()) };
        let listed = self.office.verb(&["quarantine", "list"], None).await?;
        let waiting = listed["waiting"].as_array().cloned().unwrap_or_default();
        let Some(decider) = self.crew.phones.get(SUPERVISOR).map(|p| p.post.clone()) else { return Ok(()) };
        let (by, decider) = (decider.login, decider.name);
        let (mut approved, mut declined) = (0, 0);
        let mut decided = BTreeSet::new();
        for (nth, row) in waiting.iter().enumerate() {
            let name = row["name"].as_str().unwrap_or_default();
            // Steps of one phone on one record are decided together: a later one is settled already.
            if decided.contains(name) {
                continue;
            }
            let (count, verb) = if nth % 2 == 0 {
                (&mut approved, vec!["quarantine", "approve", name, "--by", &by])
            } else {
                (&mut declined, vec!["quarantine", "decline", name, "--by", &by, "--reason", "请当面核实后再填"])
            };
            let done = self.office.verb(&verb, None).await?;
            *count += 1;
            let names = done["decided"].as_array().into_iter().flatten();
            decided.extend(names.filter_map(|name| name.as_str().map(str::to_owned)));
        }
        let (approved, declined) = (approved.to_string(), declined.to_string());
        let gaps = [("decider", &*decider), ("one", &post.name), ("approved", &approved), ("declined", &declined)];
        self.screen.event("reviewed", &gaps)?;
        self.office
            .verb(&["user", "grant", &post.login, "--role", post.role.name(), "--unit", &post.unit_code], None)
            .await?;
        self.screen.event("granted", &[("one", &post.name), ("unit", &post.unit_name)])
    }

    /// A household moves to another grid: it leaves some phones and comes to others, with all that is below it.
    fn move_household(&mut self) -> Result<()> {
        let Some(supervisor) = self.crew.phones.get(SUPERVISOR) else { return Ok(()) };
        let Some(home) = self.town.home(&mut self.rng, 0) else { return Ok(()) };
        let Some(at) = self.town.vacancies.iter().position(|v| v.grid != home.grid) else { return Ok(()) };
        let Some(basis) = supervisor.open(home.household)? else { return Ok(()) };
        let to = self.town.vacancies[at].clone();
        let command = MoveRecord { record: home.household, basis, also: Vec::new(), to: Target::Parent(to.dwelling) };
        if supervisor.execute(&Command::MoveRecord(command))?.is_some() {
            self.town.vacancies.remove(at);
            for moved in self.town.homes.iter_mut().filter(|h| h.household == home.household) {
                moved.grid = to.grid;
            }
            let name = &supervisor.post.name;
            self.screen.event("moved", &[("one", name), ("head", &home.head), ("to", &to.label)])?;
        }
        Ok(())
    }
}
