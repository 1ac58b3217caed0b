//! Search keys: what a text is found and sorted by.
//!
//! Owns normal forms, pinyin, its initials and natural order. Refuses to know how a store indexes them: whatever it
//! does must find what `matches` finds. Invariant: keys depend on the text alone.

use crate::limits;
use crate::unit_code::half_width;
use pinyin::{Pinyin, ToPinyin, ToPinyinMulti};

/// A text as search compares it: half-width, lower case, single spaces.
pub fn normalize(text: &str) -> String {
    let mut normal = String::with_capacity(text.len());
    let mut between = false;
    let mut push = |c: char| {
        if c.is_whitespace() {
            between = !normal.is_empty();
        } else {
            if between {
                normal.push(' ');
                between = false;
            }
            normal.push(c);
        }
    };
    for c in text.chars().map(half_width) {
        match c {
            _ if c.is_ascii() => push(c.to_ascii_lowercase()),
            // Radicals, kana and Chinese characters have no case; most texts are made of them.
            '\u{2e80}'..='\u{9fff}' => push(c),
            _ => c.to_lowercase().for_each(&mut push),
        }
    }
    normal
}

/// Spellings in Latin letters and digits: initials first, then the whole pinyin, spaces between them: `wxm wangxiaoming`.
/// Characters with several readings give all of them up to a bound, the usual reading of each always among them.
/// Empty where there is nothing to spell.
pub fn pinyin_keys(text: &str) -> String {
    let syllables: Vec<Vec<String>> =
        normalize(text).chars().take(limits::SPELLED_CHARS_MAX).map(readings).filter(|r| !r.is_empty()).collect();
    let initials = syllables.iter().map(|s| distinct(s.iter().map(|r| r.chars().take(1).collect()).collect()));
    let mut keys = spellings(initials, limits::INITIALS_MAX);
    keys.extend(spellings(syllables.iter().cloned(), limits::SPELLINGS_MAX));
    distinct(keys).join(" ")
}

/// What a query is compared with `pinyin_keys` by: its letters and digits; `None` if it has anything else.
pub fn letters_of(query: &str) -> Option<String> {
    let letters: String =
        normalize(query).chars().filter(|c| *c != ' ').map(|c| if c == 'ü' { 'v' } else { c }).collect();
    (!letters.is_empty() && letters.bytes().all(|b| b.is_ascii_alphanumeric())).then_some(letters)
}

/// Whether a query finds a text: by any part of it, of its pinyin or of its initials.
pub fn matches(query: &str, text: &str) -> bool {
    let found = normalize(text).contains(&normalize(query));
    found || letters_of(query).is_some_and(|letters| pinyin_keys(text).split(' ').any(|key| key.contains(&letters)))
}

/// A key that sorts numbers inside texts by size: `2-301` before `10-101`.
pub fn natural_key(text: &str) -> String {
    let mut key = String::new();
    let mut digits = String::new();
    for c in normalize(text).chars() {
        if c.is_ascii_digit() {
            digits.push(c);
            continue;
        }
        push_number(&mut key, &mut digits);
        key.push(c);
    }
    push_number(&mut key, &mut digits);
    key
}

/// A key that sorts Chinese names as a dictionary does: by the usual pinyin of each character, then by the text.
pub fn pinyin_sort_key(text: &str) -> String {
    let normal = normalize(text);
    let syllable = |c: char| c.to_pinyin().map_or_else(|| c.to_string(), plain);
    let mut syllables: Vec<String> = normal.chars().map(syllable).collect();
    syllables.push(normal);
    syllables.join(" ")
}

/// Writes how many digits a number has before its digits, so that the longer one sorts behind.
fn push_number(key: &mut String, digits: &mut String) {
    if !digits.is_empty() {
        let number = digits.trim_start_matches('0');
        let length = format!("{:02}", number.len().min(99));
        key.extend([length.as_str(), number]);
        digits.clear();
    }
}

/// All readings of a character, the usual one first; letters and digits read as themselves, the rest as nothing.
fn readings(c: char) -> Vec<String> {
    if c.is_ascii_alphanumeric() {
        return vec![c.to_string()];
    }
    let all = c.to_pinyin_multi().map(|multi| multi.into_iter().map(plain).collect());
    distinct(all.unwrap_or_default())
}

/// Pinyin without tones, ü as v, as it is typed.
fn plain(pinyin: Pinyin) -> String {
    pinyin.plain().replace('ü', "v")
}

/// All ways to choose one of each, as far as the bound goes; then the first of each.
fn spellings(syllables: impl Iterator<Item = Vec<String>>, most: usize) -> Vec<String> {
    syllables.fold(vec![String::new()], |list, choices| {
        let room = (most / list.len()).max(1);
        let with = |choice: &String| list.iter().map(|l| format!("{l}{choice}")).collect::<Vec<_>>();
        choices.iter().take(room).flat_map(with).collect()
    })
}

fn distinct(list: Vec<String>) -> Vec<String> {
    let mut once = Vec::with_capacity(list.len());
    for item in list {
        if !item.is_empty() && !once.contains(&item) {
            once.push(item);
        }
    }
    once
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_normal_form_is_half_width_lower_case_and_single_spaces(text in "[ \\tＡ-Ｚa-zA-ZÄ-Üİ王小\u{3000}⺀-⻳ꙀⰀ]{0,12}|\\PC{0,12}") {
            let plain: String = text.chars().map(half_width).flat_map(char::to_lowercase).collect();
            let words: Vec<&str> = plain.split_whitespace().collect();
            prop_assert_eq!(normalize(&text), words.join(" "));
        }
    }

    #[test]
    fn no_character_that_is_taken_as_it_is_has_a_lower_case() {
        assert!(('\u{2e80}'..='\u{9fff}').all(|c| c.to_lowercase().eq([c])));
    }

    #[test]
    fn a_name_is_found_by_any_part() {
        // text, found by, not found by
        let rows: [(&str, &[&str], &[&str]); 7] = [
            (
                "王小明",
                &["wxm", "小明", "xm", "王", "wangxiaoming", "wang xiao", "WXM", "ｗｘｍ", "xiaom"],
                &["wm", "明小", "wxmm"],
            ),
            ("单雄信", &["sxx", "dxx", "shan", "dan"], &["bxx"]),
            ("吕布", &["lvbu", "lübu", "lb"], &["lubu"]),
            ("重庆路12号3单元", &["cql12", "zql", "12h3dy", "chongqinglu"], &["13"]),
            ("陈A座", &["chenazuo", "a座"], &["cb"]),
            ("13812345678", &["5678", "138 1234"], &["5679"]),
            ("", &[""], &["a"]),
        ];
        for (text, found, not_found) in rows {
            for query in found {
                assert!(matches(query, text), "{text} by {query}: {}", pinyin_keys(text));
            }
            for query in not_found {
                assert!(!matches(query, text), "{text} by {query}: {}", pinyin_keys(text));
            }
        }
    }

    #[test]
    fn keys_are_bounded() {
        let hard = "长重乐单行还曾朝".repeat(20);
        let keys = pinyin_keys(&hard);
        assert!(keys.split(' ').count() <= limits::INITIALS_MAX + limits::SPELLINGS_MAX, "{}", keys.split(' ').count());
        assert_eq!(pinyin_keys("王"), pinyin_keys(" 王 "));
        assert_eq!(pinyin_keys("……"), "");
    }

    #[test]
    fn natural_order_of_doors_and_dictionary_order_of_names() {
        let mut doors = ["10-101", "2-301", "2-1001", "2-0302", "甲2", "甲10", "甲13812345678"];
        doors.sort_by_key(|d| natural_key(d));
        assert_eq!(doors, ["2-301", "2-0302", "2-1001", "10-101", "甲2", "甲10", "甲13812345678"]);
        let mut names = ["赵一", "李四", "安安", "李三"];
        names.sort_by_key(|n| pinyin_sort_key(n));
        assert_eq!(names, ["安安", "李三", "李四", "赵一"]);
    }

    proptest! {
        #[test]
        fn usual_spelling_and_every_part_find(text in "[一-龥]{1,6}", from in 0usize..6, length in 1usize..6) {
            let part: String = text.chars().skip(from).take(length).collect();
            prop_assert!(matches(&part, &text));
            let usual: String = part.chars().filter_map(|c| c.to_pinyin()).map(plain).collect();
            prop_assert!(usual.is_empty() || matches(&usual, &text), "{} in {}", usual, pinyin_keys(&text));
            let initials: String = part.chars().filter_map(|c| c.to_pinyin()).map(Pinyin::first_letter).collect();
            prop_assert!(initials.is_empty() || matches(&initials, &text), "{} in {}", initials, pinyin_keys(&text));
        }

        #[test]
        fn no_text_breaks_it(text in ".{0,40}", query in ".{0,6}") {
            matches(&query, &text);
            prop_assert_eq!(normalize(&normalize(&text)), normalize(&text));
            prop_assert!(pinyin_keys(&text).bytes().all(|b| b.is_ascii_alphanumeric() || b == b' '));
        }

        #[test]
        fn numbers_sort_by_size(a: u64, b in 0u64..100_000, head in "[a-z一-龥]{0,3}") {
            prop_assert_eq!(natural_key(&format!("{head}{a}室")).cmp(&natural_key(&format!("{head}{b}室"))), a.cmp(&b));
        }
    }
}
