//! The words that people read: the demo's own sentences, and the catalogue's for everything that has a code.
//!
//! Owns the choice of the language. Refuses to invent a word for a code: that stands in `catalog/words`. Invariant: both
//! languages have the same sentences with the same gaps.

use toml::Table;

const OWN: [(&str, &str); 2] =
    [("zh-Hans", include_str!("../words/zh-Hans.toml")), ("en", include_str!("../words/en.toml"))];
const CATALOG: [(&str, &str); 2] = [
    ("zh-Hans", include_str!("../../catalog/words/zh-Hans.toml")),
    ("en", include_str!("../../catalog/words/en.toml")),
];

/// The words of one language.
#[derive(Debug, Clone)]
pub struct Words {
    tag: &'static str,
    own: Table,
    catalog: Table,
}

fn table(files: [(&str, &str); 2], tag: &str) -> Table {
    let text = files.iter().find(|(t, _)| *t == tag).map_or("", |(_, text)| text);
    text.parse().unwrap_or_default()
}

impl Words {
    /// The words of the language asked for, else of the one that the machine is set to.
    pub fn new(asked: Option<&str>) -> Self {
        let named = ["LC_ALL", "LC_MESSAGES", "LANG"];
        let set = || named.iter().find_map(|name| std::env::var(name).ok().filter(|v| !v.is_empty()));
        let language = asked.map(str::to_owned).or_else(set).unwrap_or_default();
        let tag = if language.to_ascii_lowercase().starts_with("zh") { "zh-Hans" } else { "en" };
        Self { tag, own: table(OWN, tag), catalog: table(CATALOG, tag) }
    }

    /// Whether it is Chinese.
    pub fn is_chinese(&self) -> bool {
        self.tag == "zh-Hans"
    }

    /// The language as the server's program wants it named.
    pub fn lang(&self) -> &'static str {
        if self.is_chinese() { "zh" } else { "en" }
    }

    /// A sentence of the demo with its gaps filled.
    pub fn say(&self, key: &str, gaps: &[(&str, &str)]) -> String {
        let sentence = self.own.get(key).and_then(toml::Value::as_str).unwrap_or(key);
        let mut rest = sentence;
        let mut said = String::with_capacity(sentence.len());
        while let Some((before, after)) = rest.split_once('{') {
            said.push_str(before);
            let Some((name, behind)) = after.split_once('}') else { break };
            said.push_str(gaps.iter().find(|(n, _)| *n == name).map_or("", |(_, text)| text));
            rest = behind;
        }
        said.push_str(rest);
        said
    }

    /// A sentence without gaps.
    pub fn word(&self, key: &str) -> String {
        self.say(key, &[])
    }

    /// The catalogue's word for a code such as `status.applied`, or the code.
    pub fn of(&self, section: &str, code: &str) -> String {
        let found = self.catalog.get(section).and_then(|s| s.get(code)).and_then(toml::Value::as_str);
        found.unwrap_or(code).to_owned()
    }

    /// The word for a field of a kind.
    pub fn field(&self, kind: &str, field: &str) -> String {
        let found = self.catalog.get("field").and_then(|f| f.get(kind)?.get(field)?.as_str());
        found.unwrap_or(field).to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::{BTreeMap, BTreeSet};

    fn gaps(tag: &str) -> BTreeMap<String, BTreeSet<String>> {
        let own = table(OWN, tag);
        let of = |text: &str| text.split('{').skip(1).filter_map(|g| Some(g.split_once('}')?.0.to_owned())).collect();
        own.iter().map(|(key, text)| (key.clone(), of(text.as_str().unwrap()))).collect()
    }

    #[test]
    fn both_languages_say_the_same_with_the_same_gaps() {
        let (chinese, english) = (gaps("zh-Hans"), gaps("en"));
        assert!(chinese.len() > 20);
        assert_eq!(chinese, english);
    }

    #[test]
    fn gaps_are_filled_and_codes_have_their_words() {
        let words = Words::new(Some("zh_CN.UTF-8"));
        assert!(words.say("round", &[("n", "3")]).contains('3'));
        assert_eq!(words.of("sync", "disagreement"), "内容不一致（待核定）");
        assert_eq!(Words::new(Some("en")).field("resident", "phone"), "phone");
        assert_eq!(words.of("status", "no_such"), "no_such");
    }
}
