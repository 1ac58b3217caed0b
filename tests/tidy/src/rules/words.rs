//! Every code has its words in every language, and none is left over.

use std::collections::BTreeMap;

use crate::{File, Offence, Tree};

/// The languages that ship, the first being the one that the words are written in.
const LANGUAGES: &[&str] = &["zh-Hans", "zh-Hant", "en"];
const CURE: &str = "give it its words in all three files of catalog/words";

/// Finds keys that some language lacks, empty words, and words in the wrong script.
pub fn check(tree: &Tree) -> Vec<Offence> {
    let mut offences: Vec<Offence> = tree.files.iter().filter(|file| is_code_list(file)).flat_map(labels).collect();
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

/// Whether the file is a closed list of codes with its words in columns.
fn is_code_list(file: &File) -> bool {
    file.path.starts_with("catalog/codes/") && file.ends_in("csv")
}

/// Finds rows of a code list that lack a word in some language.
fn labels(file: &File) -> Vec<Offence> {
    let mut offences = Vec::new();
    let mut lines = file.text.lines().enumerate();
    let head: Vec<&str> = lines.next().map(|(_, head)| head.split(',').collect()).unwrap_or_default();
    if head.first() != Some(&"code") || head.get(1..) != Some(LANGUAGES) {
        let what = format!("the head is not code,{}", LANGUAGES.join(","));
        offences.push(Offence::new(&file.path, 1, what, "give the list a column for each language"));
    }
    for (at, line) in lines {
        let cells: Vec<&str> = line.split(',').collect();
        if cells.len() != LANGUAGES.len() + 1 || cells.iter().any(|cell| cell.trim().is_empty()) {
            let what = format!("the code {} lacks words", cells.first().unwrap_or(&""));
            offences.push(Offence::new(&file.path, at + 1, what, "write its words in all columns"));
        }
    }
    offences
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
        let list =
            File::new("catalog/codes/sex.csv", "code,zh-Hans,zh-Hant,en\n1,男,男,male\n2,女,,female\n9,未说明\n");
        let lines: Vec<usize> = labels(&list).into_iter().map(|offence| offence.line).collect();
        assert_eq!(lines, [3, 4]);
    }

    #[test]
    fn every_code_has_its_words() {
        assert_none(&check(&Tree::read().unwrap()));
    }
}
