//! Every code has its words in every language, and none is left over.

use std::collections::BTreeMap;

use crate::{Offence, Tree};

/// The languages that ship, the first being the one that the words are written in.
const LANGUAGES: &[&str] = &["zh-Hans", "zh-Hant", "en"];
const CURE: &str = "give it its words in all three files of catalog/words";

/// Finds keys that some language lacks, empty words, and words in the wrong script.
pub fn check(tree: &Tree) -> Vec<Offence> {
    let mut offences = Vec::new();
    let mut files = BTreeMap::new();
    for language in LANGUAGES {
        let path = format!("catalog/words/{language}.toml");
        match tree.files.iter().find(|file| file.path == path).map(|file| file.text.parse::<toml::Table>()) {
            Some(Ok(table)) => {
                let mut words = BTreeMap::new();
                flatten("", &table, &mut words);
                files.insert(path, words);
            }
            Some(Err(fault)) => offences.push(Offence::new(&path, 1, fault.to_string(), "mend the TOML")),
            None => offences.push(Offence::new(&path, 1, "the language has no file", CURE)),
        }
    }
    for (path, words) in &files {
        let text = tree.files.iter().find(|file| file.path == *path).map_or("", |file| &file.text);
        let others = files.values().flat_map(BTreeMap::keys);
        let mut lacking: Vec<&String> = others.filter(|key| !words.contains_key(*key)).collect();
        lacking.sort();
        lacking.dedup();
        offences.extend(lacking.into_iter().map(|key| Offence::new(path, 1, format!("{key} has no words"), CURE)));
        for (key, word) in words.iter().filter(|(_, word)| word.trim().is_empty()) {
            offences.push(Offence::new(path, line_of(text, key), format!("{key} is empty ({word:?})"), CURE));
        }
        for (key, word) in words.iter().filter(|(_, word)| path.ends_with("/en.toml") && is_chinese(word)) {
            offences.push(Offence::new(path, line_of(text, key), format!("{key} is not English: {word}"), CURE));
        }
    }
    offences
}

/// The words of one language by their full keys; none where the file is absent or no TOML.
pub fn of(tree: &Tree, path: &str) -> BTreeMap<String, String> {
    let mut words = BTreeMap::new();
    if let Some(Ok(table)) = tree.files.iter().find(|file| file.path == path).map(|file| file.text.parse()) {
        flatten("", &table, &mut words);
    }
    words
}

fn flatten(prefix: &str, table: &toml::Table, words: &mut BTreeMap<String, String>) {
    for (key, value) in table {
        let key = if prefix.is_empty() { key.clone() } else { format!("{prefix}.{key}") };
        match value {
            toml::Value::Table(inner) => flatten(&key, inner, words),
            toml::Value::String(word) => drop(words.insert(key, word.clone())),
            // Anything but a string is no word, and is told as an empty one.
            _ => drop(words.insert(key, String::new())),
        }
    }
}

/// The line of a key: the entry with its last part, in the table that its other parts name.
fn line_of(text: &str, key: &str) -> usize {
    let (table, last) = key.rsplit_once('.').unwrap_or(("", key));
    let mut here = "";
    for (at, line) in text.lines().enumerate() {
        if let Some(name) = line.strip_prefix('[') {
            here = name.trim_end().trim_end_matches(']');
        } else if here == table && line.split('=').next().is_some_and(|entry| entry.trim() == last) {
            return at + 1;
        }
    }
    1
}

fn is_chinese(word: &str) -> bool {
    word.chars().any(|letter| matches!(letter, '\u{4e00}'..='\u{9fff}'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::offence::assert_none;

    #[test]
    fn planted_gaps_are_caught() {
        let tree = Tree::planted(&[
            ("catalog/words/zh-Hans.toml", "[status]\nsaved = \"已存本机\"\nsent = \"已发出\"\n"),
            ("catalog/words/zh-Hant.toml", "[status]\nsaved = \"已存本機\"\n"),
            ("catalog/words/en.toml", "[status]\nsaved = \"\"\nsent = \"已发出\"\n"),
        ]);
        let found: Vec<String> = check(&tree).iter().map(ToString::to_string).collect();
        assert_eq!(found.len(), 3, "{found:?}");
        assert!(found[0].starts_with("catalog/words/en.toml:2: status.saved is empty"), "{found:?}");
        assert!(found[1].starts_with("catalog/words/en.toml:3: status.sent is not English"), "{found:?}");
        assert!(found[2].starts_with("catalog/words/zh-Hant.toml:1: status.sent has no words"), "{found:?}");
        assert_eq!(check(&Tree::default()).len(), LANGUAGES.len());
    }

    #[test]
    fn every_code_has_its_words() {
        assert_none(&check(&Tree::read().unwrap()));
    }
}
