//! Lines of lists as text.

use crate::words::Words;
use gridwalk_app::read::RowLine;
use gridwalk_model::Timestamp;
use gridwalk_model::civil_date::CivilDate;
use std::fmt::Write as _;

/// Minutes by which China's clock is ahead of UTC.
const CHINA_MINUTES: i64 = 8 * 60;

/// A moment as the clock on the wall in China says it.
pub fn moment(at: Timestamp) -> String {
    if at.0 <= 0 {
        return "—".to_owned();
    }
    let minutes = at.0.div_euclid(60_000) + CHINA_MINUTES;
    let (days, minute) = (minutes.div_euclid(24 * 60), minutes.rem_euclid(24 * 60));
    let date = CivilDate::from_days(days).map_or_else(|| days.to_string(), |d| d.to_string());
    format!("{date} {:02}:{:02}", minute / 60, minute % 60)
}

/// Badges one after the other.
pub fn badges(words: &Words, badges: &[&str]) -> String {
    badges.iter().fold(String::new(), |text, badge| text + "  [" + &words.badge(badge) + "]")
}

/// One line of a list.
pub fn row(words: &Words, row: &RowLine) -> String {
    let mut text = format!("{}  {} {}", row.record, words.kind(&row.kind), words.titled(&row.kind, &row.title));
    if !row.subtitle.is_empty() {
        let _ = write!(text, " · {}", row.subtitle);
    }
    if !row.status.is_empty() {
        let _ = write!(text, "  {}", words.case_status(&row.status));
    }
    if let Some(place) = &row.place {
        let _ = write!(text, "  {place}");
    }
    if let Some(metres) = row.metres {
        let _ = write!(text, "  {metres} m");
    }
    text + &badges(words, &row.badges)
}

/// A list, or a word that there is nothing.
pub fn rows(words: &Words, list: &[RowLine]) -> String {
    if list.is_empty() {
        return words.get("cli.nothing").to_owned();
    }
    list.iter().map(|r| row(words, r)).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_chinas() {
        assert_eq!(moment(Timestamp(1_700_000_000_000)), "2023-11-15 06:13");
        assert_eq!(moment(Timestamp(0)), "—");
    }
}
