//! The language of what is printed.
//!
//! Owns which there are, and finding the one that was asked for on a line that is not understood otherwise. Refuses words.
//! Invariant: every language here has its words in the catalogue.

use clap::ValueEnum;

/// A language that ships.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Language {
    /// 简体中文
    #[value(alias = "zh-Hans")]
    Zh,
    /// 繁體中文
    #[value(name = "zh-Hant")]
    ZhHant,
    /// English
    En,
}

impl Language {
    /// The language that was asked for on a command line that is not understood otherwise.
    pub fn wished() -> Self {
        let typed: Vec<String> = std::env::args().collect();
        let named = gridwalk_command_line::wished_language(&typed).map(str::to_owned);
        let asked = named.or_else(|| std::env::var("GRIDWALK_LANG").ok());
        asked.and_then(|text| Self::from_str(&text, false).ok()).unwrap_or(Self::Zh)
    }
}
