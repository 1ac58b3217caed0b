//! The end of a run: what happened, and whether everybody agrees.
//!
//! Owns the last lines and the last object. Refuses constants: each number was counted. Invariant: `converged` is true
//! only if every phone was compared and every journal verified.

use crate::city::City;
use crate::compare::{self, Comparison};
use crate::crew::Crew;
use crate::error::Result;
use crate::office::Office;
use crate::options::Options;
use crate::phone::Sums;
use crate::screen::{Screen, Tone, pad};
use crate::tally::Tally;
use gridwalk_server::{Server, ServerOptions};
use std::io::Write as _;
use std::time::Duration;

/// What a run came to.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Summary {
    #[serde(flatten)]
    tally: Tally,
    /// Changes that the phones pushed, by their own count; a frame that was sent twice counts twice.
    pushed: u64,
    /// Records that left a phone.
    left: u64,
    /// Digests that phones compared with the server's, and that agreed.
    checks_agreed: u64,
    /// Digests that did not.
    checks_failed: u64,
    /// Records that a line swallowed on purpose.
    swallowed: u64,
    seed: u64,
    /// A mark of the made-up city: equal for equal seeds.
    city: String,
    residents: u64,
    phones: Vec<Comparison>,
    /// Pairs of phones of equal scope, and how many of them differ.
    pairs: u64,
    pairs_differing: u64,
    seconds: f64,
    converged: bool,
}

impl Summary {
    /// Opens the folder of the server that was stopped, counts and compares.
    pub fn of(office: &Office, crew: &Crew, city: &City, options: &Options) -> Result<Self> {
        let server = Server::open(ServerOptions::new(office.server_folder()))?;
        let phones = compare::with_server(&server, &crew.phones)?;
        let (pairs, pairs_differing) = compare::among_themselves(&crew.phones)?;
        let tally = Tally::count(&server, &crew.phones)?;
        let total = |of: fn(&Sums) -> u64| crew.phones.iter().map(|p| of(&p.sums)).sum();
        let equal = phones.iter().all(Comparison::is_equal) && !phones.is_empty() && pairs_differing == 0;
        Ok(Self {
            pushed: total(|s| s.pushed),
            left: total(|s| s.left),
            checks_agreed: total(|s| s.agreed),
            checks_failed: total(|s| s.differing),
            swallowed: crew.phones.iter().map(|p| p.line.swallowed()).sum(),
            seed: options.seed,
            city: city.mark(),
            residents: city.residents(),
            converged: equal && tally.journal_whole,
            tally,
            phones,
            pairs,
            pairs_differing,
            seconds: 0.0,
        })
    }

    /// Notes how long the run took.
    #[must_use]
    pub fn taking(self, whole: Duration) -> Self {
        Self { seconds: (whole.as_secs_f64() * 10.0).round() / 10.0, ..self }
    }

    /// Whether everybody agrees.
    pub const fn is_good(&self) -> bool {
        self.converged
    }

    /// Tells it to people.
    pub fn tell(&self, screen: &Screen) -> Result<()> {
        screen.line(Tone::Plain, "")?;
        screen.say(Tone::Strong, "comparing", &[])?;
        for phone in &self.phones {
            let number = |n: u64| n.to_string();
            let (key, tone) = if phone.is_equal() { ("equal", Tone::Plain) } else { ("not_equal", Tone::Bad) };
            let gaps = [
                ("records", number(phone.records)),
                ("bytes", number(phone.bytes)),
                ("missing", number(phone.missing)),
                ("surplus", number(phone.surplus)),
                ("differing", number(phone.differing)),
            ];
            let gaps: Vec<(&str, &str)> = gaps.iter().map(|(name, value)| (*name, value.as_str())).collect();
            screen.line(tone, &format!("    {}{}", pad(&phone.login, 12), screen.words.say(key, &gaps)))?;
        }
        self.tell_counts(screen)?;
        let tone = if self.converged { Tone::Good } else { Tone::Bad };
        screen.line(tone, &format!("converged: {}", self.converged))
    }

    fn tell_counts(&self, screen: &Screen) -> Result<()> {
        let t = &self.tally;
        let counts = [
            ("changes", t.changes),
            ("applied", t.applied),
            ("quarantined", t.quarantined),
            ("approved", t.approved),
            ("declined", t.declined),
            ("refused", t.refused),
            ("merged", t.merged),
            ("disagreements", t.disagreements),
            ("decided", t.decided),
            ("overtaken", t.overtaken),
            ("records", t.records),
            ("agreed", self.checks_agreed),
            ("failed", self.checks_failed),
        ];
        let counts: Vec<(&str, String)> = counts.iter().map(|(name, n)| (*name, n.to_string())).collect();
        let mut gaps: Vec<(&str, &str)> = counts.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let seconds = format!("{:.1}", self.seconds);
        gaps.push(("seconds", &seconds));
        screen.line(Tone::Plain, "")?;
        screen.say(Tone::Plain, "counts", &gaps)?;
        screen.say(Tone::Plain, "counts_more", &gaps)?;
        if self.checks_failed > 0 {
            screen.say(Tone::Bad, "noticed", &gaps)?;
        }
        let journal = if t.journal_whole { ("journal_whole", Tone::Plain) } else { ("journal_broken", Tone::Bad) };
        screen.say(journal.1, journal.0, &[("journal", &t.journal.to_string())])?;
        screen.say(Tone::Quiet, "took", &gaps)
    }

    /// Prints the object that ends a run with `--json`.
    pub fn print(&self) -> Result<()> {
        let text = serde_json::to_string(self).map_err(std::io::Error::other)?;
        Ok(writeln!(std::io::stdout(), "{text}")?)
    }
}

/// What a run that was interrupted came to: counted if the server's folder can be opened, `converged` unknown.
pub fn counts_alone(office: &Office) -> serde_json::Value {
    let counted =
        Server::open(ServerOptions::new(office.server_folder())).ok().and_then(|s| Tally::count(&s, &[]).ok());
    let counted = counted.and_then(|tally| serde_json::to_value(tally).ok());
    let mut object = counted.unwrap_or_else(|| serde_json::json!({}));
    object["interrupted"] = true.into();
    object["converged"] = serde_json::Value::Null;
    object
}
