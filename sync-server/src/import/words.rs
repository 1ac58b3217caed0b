//! Words of tables: what offices write where a code set has another word.
//!
//! Owns the list in `catalog/imports/words.csv`. Refuses to guess. Invariant: a word means one code of its set, and the
//! set's own words come first.

use gridwalk_model::check::half_width;
use gridwalk_model::code_set::CodeSet;
use std::collections::HashMap;
use std::sync::LazyLock;

static WORDS: LazyLock<HashMap<CodeSet, HashMap<&'static str, &'static str>>> = LazyLock::new(|| {
    let mut words: HashMap<_, HashMap<_, _>> = HashMap::new();
    for ((set, word), code) in include_str!("../../../catalog/imports/words.csv").lines().skip(1).flat_map(line) {
        words.entry(set).or_default().insert(word, code);
    }
    words
});

fn line(line: &'static str) -> Vec<((CodeSet, &'static str), &'static str)> {
    let mut cells = line.split(',');
    let (Some(set), Some(code), Some(words)) = (cells.next().and_then(CodeSet::from_name), cells.next(), cells.next())
    else {
        return Vec::new();
    };
    words.split('|').map(|word| ((set, word), code)).collect()
}

/// The code that a cell means: the code itself, a word of its set, or what offices write instead.
pub fn meant(set: CodeSet, cell: &str) -> Option<&'static str> {
    let plain = half_width(cell.trim());
    let small = plain.to_lowercase();
    let listed = |word: &str| WORDS.get(&set)?.get(word).copied();
    set.meant(cell).or_else(|| listed(&plain)).or_else(|| listed(&small))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_word_means_one_code_that_there_is() {
        let mut met = BTreeSet::new();
        let list = include_str!("../../../catalog/imports/words.csv");
        for text in list.lines().skip(1) {
            let entries = line(text);
            assert!(!entries.is_empty(), "{text}");
            for ((set, word), code) in entries {
                assert!(set.has(code), "{text}");
                assert!(met.insert((set, word)), "{word} stands twice");
                assert!(set.meant(word).is_none_or(|own| own == code), "{word} means another code");
            }
        }
        assert_eq!(meant(CodeSet::Relation, "长子"), Some("20"));
        assert_eq!(meant(CodeSet::Sex, "Ｍ"), Some("1"));
        assert_eq!(meant(CodeSet::Sex, "雄"), None);
    }
}
