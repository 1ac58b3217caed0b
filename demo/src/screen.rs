//! What is seen: calm lines, one a sync.
//!
//! Owns layout, widths and the progress bar. Refuses to know what happened. Invariant: columns line up, whichever
//! script the names are in; escape codes go to terminals only.

use crate::error::Result;
use crate::phone::{Phone, Synced};
use crate::words::Words;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::{IsTerminal as _, Write as _};

const NAME_WIDTH: usize = 8;
const WHERE_WIDTH: usize = 28;
const DID_WIDTH: usize = 32;

/// How loud a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// Beside the point.
    Quiet,
    /// As usual.
    Plain,
    /// A heading.
    Strong,
    /// Good.
    Good,
    /// To be looked at.
    Bad,
}

/// The terminal, or whatever stands in for it.
pub struct Screen {
    /// The words.
    pub words: Words,
    colour: bool,
}

/// Columns that a text takes: signs of East Asian scripts take two.
pub fn width(text: &str) -> usize {
    let wide = |c: char| matches!(u32::from(c), 0x1100..=0x115f | 0x2e80..=0xa4cf | 0xac00..=0xd7a3 | 0xf900..=0xfaff | 0xfe30..=0xfe6f | 0xff00..=0xff60 | 0xffe0..=0xffe6 | 0x20000..=0x3fffd);
    text.chars().map(|c| if wide(c) { 2 } else { 1 }).sum()
}

/// A text with blanks behind it, to a width; at least one.
pub fn pad(text: &str, columns: usize) -> String {
    format!("{text}{}", " ".repeat(columns.saturating_sub(width(text)).max(1)))
}

impl Screen {
    /// A screen on the standard output.
    pub fn new(words: Words) -> Self {
        let colour = std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none();
        Self { words, colour }
    }

    /// One line.
    pub fn line(&self, tone: Tone, text: &str) -> Result<()> {
        let text = text.trim_end();
        let code = match tone {
            Tone::Quiet => "2",
            Tone::Plain => "0",
            Tone::Strong => "1",
            Tone::Good => "32",
            Tone::Bad => "31",
        };
        let mut out = std::io::stdout().lock();
        if self.colour && tone != Tone::Plain {
            writeln!(out, "\u{1b}[{code}m{text}\u{1b}[0m")?;
        } else {
            writeln!(out, "{text}")?;
        }
        Ok(out.flush()?)
    }

    /// A sentence of the demo.
    pub fn say(&self, tone: Tone, key: &str, gaps: &[(&str, &str)]) -> Result<()> {
        self.line(tone, &self.words.say(key, gaps))
    }

    /// An event between two syncs: indented, with a mark.
    pub fn event(&self, key: &str, gaps: &[(&str, &str)]) -> Result<()> {
        self.line(Tone::Quiet, &format!("    · {}", self.words.say(key, gaps)))
    }

    /// Who, where and what was done: the first three columns of a sync's line.
    fn who(&self, phone: &Phone, did: &str) -> String {
        let (name, place) = (pad(&phone.post.name, NAME_WIDTH), self.place(phone));
        format!("  {name}{}{}", pad(&place, WHERE_WIDTH), pad(did, DID_WIDTH))
    }

    /// The unit of a grid's worker; the role of everybody else.
    fn place(&self, phone: &Phone) -> String {
        match phone.post.grid {
            Some(_) => phone.post.unit_name.clone(),
            None => self.words.of("role", phone.post.role.name()),
        }
    }

    /// A sync: what went up and what became of it, what came down, what is to be decided, whether all was checked.
    pub fn sync(&self, phone: &Phone, did: &str, synced: &Synced, disagreements: u64) -> Result<()> {
        let (words, report) = (&self.words, &synced.report);
        let mut parts = Vec::new();
        if report.pushed > 0 {
            parts.push(words.say("pushed", &[("n", &report.pushed.to_string())]));
        }
        for (code, count) in &synced.verdicts() {
            let mark =
                words.of("mark", if *code == "applied" || *code == "quarantined" { code } else { "needs_attention" });
            parts.push(format!("{mark} {} {count}", words.of("status", code)));
        }
        for (key, count) in [("pulled", report.rows), ("left", report.left), ("disagreements", disagreements)] {
            if count > 0 {
                parts.push(words.say(key, &[("n", &count.to_string())]));
            }
        }
        if parts.is_empty() {
            parts.push(words.word("nothing_new"));
        }
        let bad = !report.mismatch.is_empty();
        if bad {
            parts.push(words.word("check_failed"));
        } else if report.is_done() && report.agreed > 0 {
            parts.push("✓".to_owned());
        } else {
            parts.push(words.word("not_done"));
        }
        let tone = if bad { Tone::Bad } else { Tone::Plain };
        self.line(tone, &format!("{}{}", self.who(phone, did), parts.join("  ")))
    }

    /// A phone without a network: what it keeps.
    pub fn offline(&self, phone: &Phone, did: &str, waiting: u64) -> Result<()> {
        let kept = self.words.say("offline", &[("n", &waiting.to_string()), ("mark", &self.words.of("mark", "saved"))]);
        self.line(Tone::Quiet, &format!("{}{kept}", self.who(phone, did)))
    }

    /// A bar for what takes a moment; seen on a terminal only.
    pub fn bar(&self, length: u64, key: &str) -> ProgressBar {
        let seen = std::io::stderr().is_terminal();
        let target = if seen { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(Some(length), target);
        if let Ok(style) = ProgressStyle::with_template("  {msg} {bar:40.dim} {pos}/{len}") {
            bar.set_style(style.progress_chars("━━─"));
        }
        bar.with_message(self.words.word(key))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up_in_both_scripts() {
        assert_eq!(width("府南社区第1网格"), 15);
        assert_eq!(width(&pad("王敏", 8)), 8);
        assert_eq!(width(&pad("walker", 8)), 8);
        assert_eq!(pad("longer than that", 4), "longer than that ");
    }
}
