//! Tokens of a door address: numbers, the words behind them, and everything else.
//!
//! Owns the spellings: full width, Chinese numerals, stems and directions. Refuses to know what a number is for.
//! Invariant: a word is taken at its longest, and a numeral counts as a number only before a word.

use crate::unit_code::half_width;

/// The stems, in their order: 甲单元 comes before 乙单元.
pub const STEMS: &str = "甲乙丙丁戊己庚辛壬癸";
/// Names of entrances and towers by direction.
const DIRECTIONS: &str = "东西南北中";
/// Chinese digits from zero on.
const DIGITS: &str = "零一二三四五六七八九";

/// What a word says about the number before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Word {
    /// 幢, 栋, 号楼, 座.
    Building,
    /// 单元, 门洞, 梯.
    Entrance,
    /// 层.
    Floor,
    /// 楼: a floor behind a number, a building behind a letter.
    Storey,
    /// 号: a house, or a door.
    Number,
    /// 室, 户.
    Door,
}

/// The words, the longer ones before those that they begin with.
const WORDS: [(&str, Word); 24] = [
    ("号楼", Word::Building),
    ("號樓", Word::Building),
    ("#楼", Word::Building),
    ("号房", Word::Door),
    ("号室", Word::Door),
    ("单元", Word::Entrance),
    ("單元", Word::Entrance),
    ("门洞", Word::Entrance),
    ("幢", Word::Building),
    ("栋", Word::Building),
    ("棟", Word::Building),
    ("座", Word::Building),
    ("排", Word::Building),
    ("#", Word::Building),
    ("门", Word::Entrance),
    ("門", Word::Entrance),
    ("梯", Word::Entrance),
    ("层", Word::Floor),
    ("層", Word::Floor),
    ("楼", Word::Storey),
    ("樓", Word::Storey),
    ("号", Word::Number),
    ("室", Word::Door),
    ("户", Word::Door),
];

/// One token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Token {
    /// A number or a short name: `501`, `A`, `甲`.
    Number(String),
    /// A word behind a number.
    Word(Word),
    /// What stands between parts or ends of a range.
    Dash,
    /// What stands between joined blocks.
    Comma,
    /// 无.
    None,
    /// 地下 or 负 before a floor.
    Below,
    /// All else.
    Text(String),
}

impl Token {
    /// Its text, where it stands before the parts.
    pub fn text(&self) -> &str {
        match self {
            Self::Number(text) | Self::Text(text) => text,
            Self::Word(word) => match word {
                Word::Building => "幢",
                Word::Entrance => "单元",
                Word::Floor => "层",
                Word::Storey => "楼",
                Word::Number => "号",
                Word::Door => "室",
            },
            Self::Dash => "-",
            Self::Comma => "、",
            Self::None => super::NONE,
            Self::Below => "地下",
        }
    }
}

/// Splits a text.
pub fn split(text: &str) -> Vec<Token> {
    let plain: String = text.chars().map(half_width).filter(|c| !c.is_whitespace()).collect();
    let plain = plain.to_uppercase();
    let mut rest = plain.as_str();
    let mut tokens: Vec<Token> = Vec::new();
    while let Some(c) = rest.chars().next() {
        let (token, length) = next(rest, c, tokens.last());
        rest = &rest[length..];
        match (token, tokens.last_mut()) {
            (Token::Text(more), Some(Token::Text(text))) => text.push_str(&more),
            (token, _) => tokens.push(token),
        }
    }
    tokens
}

fn next(rest: &str, c: char, before: Option<&Token>) -> (Token, usize) {
    let word = |rest: &str| WORDS.iter().find(|(text, _)| rest.starts_with(text)).map(|(text, w)| (*w, text.len()));
    let behind_number = matches!(before, Some(Token::Number(_) | Token::None));
    let behind_text = matches!(before, Some(Token::Text(_)));
    // A court of several buildings is part of the place.
    if let Some(court) = ["号院", "號院"].into_iter().find(|court| behind_number && rest.starts_with(court)) {
        return (Token::Text(court.to_owned()), court.len());
    }
    if behind_number && let Some((word, length)) = word(rest) {
        return (Token::Word(word), length);
    }
    if c.is_ascii_alphanumeric() {
        let length = rest.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(rest.len());
        let run = &rest[..length];
        let letters = run.bytes().filter(u8::is_ascii_alphabetic).count();
        let token = if letters > 2 { Token::Text(run.to_owned()) } else { Token::Number(run.to_owned()) };
        return (token, length);
    }
    let one = c.len_utf8();
    if (STEMS.contains(c) || DIRECTIONS.contains(c)) && !behind_text && word(&rest[one..]).is_some() {
        return (Token::Number(c.to_string()), one);
    }
    if let Some((number, length)) = numeral(rest).filter(|(_, length)| word(&rest[*length..]).is_some()) {
        return (Token::Number(number), length);
    }
    match c {
        '-' | '—' | '–' | '－' | '~' | '至' | '/' => (Token::Dash, one),
        '、' | ',' | '，' => (Token::Comma, one),
        '无' | '無' if rest.len() == one && before.is_none() => (Token::None, one),
        '无' | '無' if word(&rest[one..]).is_some() => (Token::None, one),
        '负' if followed_by_number(&rest[one..]) => (Token::Below, one),
        '地' if rest.starts_with("地下") && followed_by_number(&rest["地下".len()..]) => {
            (Token::Below, "地下".len())
        }
        _ => (Token::Text(c.to_string()), one),
    }
}

fn followed_by_number(rest: &str) -> bool {
    rest.starts_with(|c: char| c.is_ascii_digit()) || numeral(rest).is_some()
}

/// Chinese numerals before one of these words as digits.
pub fn with_digits(text: &str, words: &[&str]) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let found = numeral(rest).filter(|(_, length)| words.iter().any(|w| rest[*length..].starts_with(w)));
        let length = found.as_ref().map_or(c.len_utf8(), |(_, length)| *length);
        out.push_str(&found.map_or_else(|| c.to_string(), |(digits, _)| digits));
        rest = &rest[length..];
    }
    out
}

/// A Chinese numeral at the beginning: `二十三` is 23, `五〇一` is 501. Gives its digits and its length in bytes.
fn numeral(rest: &str) -> Option<(String, usize)> {
    let digit = |c: char| match c {
        '〇' => Some(0),
        '两' => Some(2),
        c => DIGITS.chars().position(|d| d == c),
    };
    let run: String = rest.chars().take_while(|c| digit(*c).is_some() || matches!(c, '十' | '百')).take(8).collect();
    if run.is_empty() {
        return None;
    }
    if !run.contains(['十', '百']) {
        return Some((run.chars().filter_map(digit).map(|d| d.to_string()).collect(), run.len()));
    }
    let (mut sum, mut last) = (0, 0);
    for c in run.chars() {
        match c {
            '百' => (sum, last) = (sum + last.max(1) * 100, 0),
            '十' => (sum, last) = (sum + last.max(1) * 10, 0),
            c => last = digit(c)?,
        }
    }
    Some(((sum + last).to_string(), run.len()))
}
