//! The words in which the server speaks to people: on the command line and on its two plain pages.
//!
//! Owns the tables in `words/` and the choice of the language. Refuses to be used by anything that answers phones:
//! those get codes. Invariant: all tables have the same keys with the same gaps.

use std::sync::LazyLock;

/// A language of the server's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// Simplified Chinese.
    Chinese,
    /// Traditional Chinese.
    Traditional,
    /// English.
    English,
}

static CHINESE: LazyLock<toml::Table> =
    LazyLock::new(|| include_str!("../words/zh-Hans.toml").parse().unwrap_or_default());
static TRADITIONAL: LazyLock<toml::Table> =
    LazyLock::new(|| include_str!("../words/zh-Hant.toml").parse().unwrap_or_default());
static ENGLISH: LazyLock<toml::Table> = LazyLock::new(|| include_str!("../words/en.toml").parse().unwrap_or_default());

/// The words of the core's codes, which stand in the catalogue.
static CORE: LazyLock<[toml::Table; 3]> = LazyLock::new(|| {
    [
        include_str!("../../catalog/words/zh-Hans.toml").parse().unwrap_or_default(),
        include_str!("../../catalog/words/zh-Hant.toml").parse().unwrap_or_default(),
        include_str!("../../catalog/words/en.toml").parse().unwrap_or_default(),
    ]
});

impl Language {
    /// All.
    pub const ALL: [Self; 3] = [Self::Chinese, Self::Traditional, Self::English];

    /// The language that a tag asks for: `zh_CN.UTF-8`, `zh-Hant`, `en`; English for what there is not.
    pub fn of_tag(tag: &str) -> Self {
        let tag = tag.trim().to_ascii_lowercase().replace('_', "-");
        let traditional = ["zh-hant", "zh-tw", "zh-hk", "zh-mo"];
        match &tag {
            tag if traditional.iter().any(|t| tag.starts_with(t)) => Self::Traditional,
            tag if tag.starts_with("zh") => Self::Chinese,
            _ => Self::English,
        }
    }

    /// The first language of an `Accept-Language` header that there is; Chinese if none.
    pub fn accepted(header: &str) -> Self {
        let tags = header.split([',', ';']).map(|t| t.trim().to_ascii_lowercase());
        let known = tags.into_iter().find(|t| t.starts_with("zh") || t.starts_with("en"));
        known.map_or(Self::Chinese, |t| Self::of_tag(&t))
    }

    /// Its tag in HTML.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Chinese => "zh-Hans",
            Self::Traditional => "zh-Hant",
            Self::English => "en",
        }
    }

    /// The words of a key such as `error.in_use`, or the key itself.
    pub fn word(self, key: &str) -> String {
        self.look_up(key).map_or_else(|| key.to_owned(), str::to_owned)
    }

    /// The words of a code of the core, such as `warning.id_check_digit` or `field.resident.name`, if there are any.
    pub fn core_word(self, key: &str) -> Option<&'static str> {
        let core: &'static [toml::Table; 3] = &CORE;
        let mut table = core.get(self as usize)?;
        let (path, last) = key.rsplit_once('.')?;
        for part in path.split('.') {
            table = table.get(part)?.as_table()?;
        }
        table.get(last)?.as_str()
    }

    /// Whether there are words of this key.
    pub fn has(self, key: &str) -> bool {
        self.look_up(key).is_some()
    }

    /// The words of a key with `{name}` filled in.
    pub fn say(self, key: &str, gaps: &[(&str, &str)]) -> String {
        let mut rest = self.look_up(key).unwrap_or(key);
        let mut said = String::with_capacity(rest.len());
        while let Some((before, after)) = rest.split_once('{') {
            said.push_str(before);
            let Some((name, behind)) = after.split_once('}') else { break };
            let filled = gaps.iter().find(|(n, _)| *n == name).map_or("", |(_, text)| text);
            said.push_str(filled);
            rest = behind;
        }
        said.push_str(rest);
        said
    }

    fn look_up(self, key: &str) -> Option<&'static str> {
        let table: &'static toml::Table = match self {
            Self::Chinese => &CHINESE,
            Self::Traditional => &TRADITIONAL,
            Self::English => &ENGLISH,
        };
        let (section, name) = key.split_once('.')?;
        table.get(section)?.get(name)?.as_str()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::admin::unit_table::FaultCode;
    use std::collections::{BTreeMap, BTreeSet};

    fn keys(table: &toml::Table) -> BTreeMap<String, BTreeSet<String>> {
        let mut keys = BTreeMap::new();
        for (section, words) in table {
            for (name, word) in words.as_table().unwrap() {
                let gaps = word.as_str().unwrap().split('{').skip(1).map(|g| g.split_once('}').unwrap().0.to_owned());
                keys.insert(format!("{section}.{name}"), gaps.collect());
            }
        }
        keys
    }

    #[test]
    fn all_languages_have_the_same_words_with_the_same_gaps() {
        let (chinese, english) = (keys(&CHINESE), keys(&ENGLISH));
        assert!(chinese.len() > 100);
        similar_asserts::assert_eq!(chinese, english);
        similar_asserts::assert_eq!(keys(&TRADITIONAL), english);
    }

    #[test]
    fn every_fault_of_a_table_has_its_words() {
        for code in FaultCode::ALL {
            assert!(Language::English.has(&format!("table.{}", code.code())), "{code:?}");
        }
    }

    #[test]
    fn every_fault_of_a_rule_table_has_its_words() {
        for code in gridwalk_model::rule_table::Fault::CODES {
            assert!(Language::English.has(&format!("rule_fault.{code}")), "{code}");
        }
    }

    #[test]
    fn every_problem_of_an_import_has_its_words_and_its_cure() {
        use crate::import::{FileFault, ProblemCode};
        for code in ProblemCode::ALL {
            for section in ["import_problem", "import_cure"] {
                assert!(Language::English.has(&format!("{section}.{}", code.code())), "{section} {code:?}");
            }
        }
        for code in FileFault::CODES {
            assert!(Language::English.has(&format!("import_file.{code}")), "{code}");
        }
        for what in crate::import::What::ALL {
            for target in what.targets() {
                let of_field = Language::Chinese.core_word(&format!("field.{}", target.name));
                assert!(
                    of_field.is_some()
                        || Language::English.has(&format!("import_target.{}", target.name.replace('.', "_"))),
                    "{target:?}"
                );
            }
        }
        assert_eq!(Language::Chinese.core_word("warning.no_such"), None);
    }

    #[test]
    fn gaps_are_filled_once_and_never_from_what_was_filled_in() {
        let said =
            Language::English.say("say.granted", &[("login", "{role}"), ("role", "gridworker"), ("unit", "甲村")]);
        assert_eq!(said, "{role} is now gridworker in 甲村.");
        assert_eq!(Language::English.say("say.no_such", &[]), "say.no_such");
    }

    #[test]
    fn the_language_is_chosen_by_tag() {
        assert_eq!(Language::of_tag("zh_CN.UTF-8"), Language::Chinese);
        assert_eq!(Language::of_tag("C.UTF-8"), Language::English);
        assert_eq!(["zh_TW.UTF-8", "zh-Hant", "zh_HK"].map(Language::of_tag), [Language::Traditional; 3]);
        assert_eq!(Language::accepted("fr,en;q=0.5,zh;q=0.1"), Language::English);
        assert_eq!(Language::accepted(""), Language::Chinese);
    }
}
