//! Door addresses as people write them: building, entrance, floor and door out of `3幢2单元501室` or `3号楼-2-501`.
//!
//! Owns the guesses, the one form in which two spellings are compared, and the order of doors. Refuses to say whether
//! a door exists. Invariant: the canonical text of a reading reads as the same door, and no text breaks it.

pub mod entry;
pub mod layout;
mod token;

use crate::limits;
use crate::search_key::natural_key;
use token::{Token, Word};

/// One part of a door address.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Part {
    /// Nothing was said.
    #[default]
    Unsaid,
    /// 无: there is none, and somebody said so.
    None,
    /// Its number or name, without leading zeros, letters in capitals.
    Is(String),
}

impl Part {
    /// The number or name, if it has one.
    pub fn text(&self) -> Option<&str> {
        if let Self::Is(text) = self { Some(text) } else { None }
    }

    fn is(text: &str) -> Self {
        if text == NONE { Self::None } else { Self::Is(plain(text)) }
    }
}

/// The buildings that an address names: mostly one, several where blocks are joined.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Blocks {
    /// Nothing was said.
    #[default]
    Unsaid,
    /// 无: there is none, and somebody said so.
    None,
    /// One building.
    One(String),
    /// Joined blocks from one number to another: `1-10幢`.
    Range(u32, u32),
    /// Joined blocks by name: `1、3幢`.
    Several(Vec<String>),
}

impl Blocks {
    /// Whether the building is one of them.
    pub fn cover(&self, building: &str) -> bool {
        let building = plain(building);
        match self {
            Self::Unsaid | Self::None => false,
            Self::One(one) => *one == building,
            Self::Range(from, to) => building.parse().is_ok_and(|n| (*from..=*to).contains(&n)),
            Self::Several(list) => list.contains(&building),
        }
    }

    /// Their numbers or names one by one, as far as the limit goes.
    pub fn each(&self) -> Vec<String> {
        match self {
            Self::Unsaid | Self::None => Vec::new(),
            Self::One(one) => vec![one.clone()],
            Self::Range(from, to) => (*from..=*to).take(limits::JOINED_BLOCKS_MAX).map(|n| n.to_string()).collect(),
            Self::Several(list) => list.clone(),
        }
    }

    fn text(&self) -> Option<String> {
        match self {
            Self::Unsaid => None,
            Self::None => Some(NONE.to_owned()),
            Self::One(one) => Some(one.clone()),
            Self::Range(from, to) => Some(format!("{from}-{to}")),
            Self::Several(list) => Some(list.join("、")),
        }
    }
}

/// What a door address says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Door {
    /// What stands before: street and number, estate, group.
    pub place: String,
    /// The building or joined blocks.
    pub building: Blocks,
    /// The entrance.
    pub entrance: Part,
    /// The floor; basements are below zero.
    pub floor: Option<i16>,
    /// The door.
    pub door: Part,
    /// What stands behind the door.
    pub rest: String,
    /// Whether parts without their word were placed by their order, or the floor was read off the door's number.
    pub guessed: bool,
}

/// The word with which a field says that there is nothing to say.
pub const NONE: &str = "无";

/// What part of an address a number is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Slot {
    Building,
    Entrance,
    Floor,
    Door,
}

/// Reads a door address, as typed; it never fails.
pub fn read(text: &str) -> Door {
    let text: String = text.chars().take(limits::ADDRESS_CHARS_MAX).collect();
    let tokens = token::split(&text);
    if matches!(tokens.as_slice(), [Token::None]) {
        return Door { building: Blocks::None, entrance: Part::None, door: Part::None, ..Door::default() };
    }
    let from = first_part(&tokens);
    let mut door = Door { place: tokens[..from].iter().map(Token::text).collect(), ..Door::default() };
    let mut rest = &tokens[from..];
    while !rest.is_empty() {
        rest = door.take(rest);
    }
    door.guess_floor();
    door
}

/// Chinese numerals before one of these words as digits: `二期` is `2期`.
pub(crate) fn with_digits(text: &str, words: &[&str]) -> String {
    token::with_digits(text, words)
}

impl Door {
    /// Takes the next group of numbers with its word; what is neither goes to the rest. Gives out what is left.
    fn take<'a>(&mut self, tokens: &'a [Token]) -> &'a [Token] {
        let mut numbers: Vec<&str> = Vec::new();
        let mut several = false;
        let mut below = false;
        let mut at = 0;
        while let Some(token) = tokens.get(at) {
            match token {
                Token::Number(number) => numbers.push(number),
                Token::None => numbers.push(NONE),
                Token::Comma if !numbers.is_empty() => several = true,
                Token::Dash | Token::Comma => {}
                Token::Below => below = true,
                Token::Word(_) | Token::Text(_) => break,
            }
            at += 1;
            // Two numbers side by side are two groups, unless something joins them.
            if matches!(tokens.get(at - 1..=at), Some([Token::Number(_) | Token::None, Token::Number(_) | Token::None]))
            {
                break;
            }
        }
        let word = match tokens.get(at) {
            Some(Token::Word(word)) => Some(*word),
            Some(Token::Text(text)) => {
                self.rest.push_str(text);
                None
            }
            _ => None,
        };
        let taken = matches!(tokens.get(at), Some(Token::Word(_) | Token::Text(_)));
        let left = &tokens[at + usize::from(taken)..];
        if !numbers.is_empty() {
            let slot = self.slot(word, &numbers, left);
            self.place_group(&numbers, slot, several, below, word.is_none());
        }
        left
    }

    /// What the last number of a group is.
    fn slot(&self, word: Option<Word>, numbers: &[&str], left: &[Token]) -> Slot {
        let last = numbers.last().copied().unwrap_or("");
        let bare_floor = word.is_none() && is_floor(last);
        let more = left.iter().any(|t| matches!(t, Token::Number(_)));
        match word {
            Some(Word::Building) => Slot::Building,
            Some(Word::Entrance) => Slot::Entrance,
            Some(Word::Storey) if last.bytes().all(|b| b.is_ascii_alphabetic()) => Slot::Building,
            Some(Word::Storey | Word::Floor) => Slot::Floor,
            // 3号501室: the first number is the building's.
            Some(Word::Number) | None if more && self.building == Blocks::Unsaid && !bare_floor => Slot::Building,
            None if bare_floor => Slot::Floor,
            None if more && self.entrance == Part::Unsaid => Slot::Entrance,
            Some(Word::Number | Word::Door) | None => Slot::Door,
        }
    }

    /// Places the numbers of a group: the last one is `slot`, those before it what stands before that.
    fn place_group(&mut self, numbers: &[&str], slot: Slot, several: bool, below: bool, bare: bool) {
        let Some((last, before)) = numbers.split_last() else { return };
        if slot == Slot::Building && !before.is_empty() {
            self.building = joined(numbers, several);
            return;
        }
        self.guessed |= bare || !before.is_empty();
        let known = self.building != Blocks::Unsaid;
        let order: &[Slot] = match (slot, before.len()) {
            (Slot::Entrance, _) | (_, 1) if !known => &[Slot::Building],
            (_, 2) if !known => &[Slot::Building, Slot::Entrance],
            (_, 3) if !known => &[Slot::Building, Slot::Entrance, Slot::Floor],
            (_, 1) if self.entrance != Part::Unsaid => &[Slot::Floor],
            (_, 2) => &[Slot::Entrance, Slot::Floor],
            _ => &[Slot::Entrance],
        };
        for (number, slot) in before.iter().zip(order) {
            self.put(*slot, number, false);
        }
        self.put(slot, last, below);
    }

    fn put(&mut self, slot: Slot, number: &str, below: bool) {
        match slot {
            Slot::Building if number == NONE => self.building = Blocks::None,
            Slot::Building => self.building = Blocks::One(plain(number)),
            Slot::Entrance => self.entrance = Part::is(number),
            Slot::Door => self.door = Part::is(number),
            Slot::Floor => self.floor = floor_of(number).map(|floor| if below { -floor } else { floor }),
        }
    }

    /// Reads the floor off a door's number: 501 is on the fifth, 1203 on the twelfth, B101 below.
    fn guess_floor(&mut self) {
        let Some(number) = self.door.text().filter(|_| self.floor.is_none()) else { return };
        let (below, digits) = number.strip_prefix('B').map_or((false, number), |rest| (true, rest));
        let digits = digits.trim_end_matches(|c: char| c.is_ascii_uppercase());
        if !matches!(digits.len(), 3 | 4) || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return;
        }
        let floor: Option<i16> = digits[..digits.len() - 2].parse().ok().filter(|floor| *floor > 0);
        self.floor = floor.map(|floor| if below { -floor } else { floor });
        self.guessed |= self.floor.is_some();
    }

    /// The one form in which doors of one place are compared: what was not said and what is 无 are the same.
    pub fn key(&self) -> String {
        let building = match &self.building {
            Blocks::None | Blocks::Unsaid => String::new(),
            blocks => blocks.text().unwrap_or_default(),
        };
        [building.as_str(), self.entrance.text().unwrap_or(""), self.door.text().unwrap_or("")].join("/")
    }

    /// The one form in which whole addresses are compared.
    pub fn address_key(&self) -> String {
        format!("{}|{}", self.place, self.key())
    }

    /// Whether both may be the same door: what both say agrees, and both name a door.
    pub fn may_be(&self, other: &Self) -> bool {
        let agree = |a: Option<&str>, b: Option<&str>| a.is_none() || b.is_none() || a == b;
        let buildings = match (&self.building, &other.building) {
            (Blocks::One(a), blocks) | (blocks, Blocks::One(a)) => {
                matches!(blocks, Blocks::Unsaid | Blocks::None) || blocks.cover(a)
            }
            (a, b) => {
                matches!(a, Blocks::Unsaid | Blocks::None) || matches!(b, Blocks::Unsaid | Blocks::None) || a == b
            }
        };
        buildings
            && agree(self.entrance.text(), other.entrance.text())
            && self.door.text().is_some()
            && self.door == other.door
    }

    /// The address with a word behind each part, as signs have it.
    pub fn canonical(&self) -> String {
        let mut text = self.place.clone();
        let parts = [
            (self.building.text(), "幢"),
            (said(&self.entrance), "单元"),
            (self.floor.filter(|_| self.says_floor()).map(|f| f.to_string().replace('-', "地下")), "层"),
            (said(&self.door), "室"),
        ];
        for (part, word) in parts {
            if let Some(part) = part {
                text.push_str(&part);
                text.push_str(word);
            }
        }
        text.push_str(&self.rest);
        text
    }

    /// Whether the floor says more than the door's number does.
    fn says_floor(&self) -> bool {
        let mut guess = Self { door: self.door.clone(), ..Self::default() };
        guess.guess_floor();
        guess.floor != self.floor
    }

    /// A key that sorts doors as people walk by them: building, entrance, floor, door, numbers by size.
    pub fn sort_key(&self) -> String {
        let floor = self.floor.map_or_else(|| "5000".to_owned(), |floor| format!("{:04}", 5000 + i32::from(floor)));
        let building = self.building.each().first().map_or(String::new(), |b| ordered(b));
        let entrance = ordered(self.entrance.text().unwrap_or(""));
        let door = ordered(self.door.text().unwrap_or(""));
        [ordered(&self.place).as_str(), &building, &entrance, &floor, &door].join("\u{1}")
    }
}

/// Where the parts begin: behind the last text before the first number that has a word or a number beside it, and
/// behind a street's number, which another building's number follows.
fn first_part(tokens: &[Token]) -> usize {
    let is_part = |at: &usize| {
        let number = matches!(tokens[*at], Token::Number(_) | Token::None | Token::Below);
        number && !matches!(tokens.get(at + 1), Some(Token::Text(_)))
    };
    let Some(from) = (0..tokens.len()).find(is_part) else { return tokens.len() };
    let street = matches!(tokens.get(from..from + 2), Some([Token::Number(_), Token::Word(Word::Number)]));
    let later = tokens.get(from + 2..).unwrap_or(&[]);
    let building = later.iter().any(|t| matches!(t, Token::Word(Word::Building)));
    if from > 0 && street && building { from + 2 } else { from }
}

fn joined(numbers: &[&str], several: bool) -> Blocks {
    let parsed: Vec<Option<u32>> = numbers.iter().map(|n| n.parse().ok()).collect();
    match parsed.as_slice() {
        [Some(from), Some(to)] if !several && from < to => Blocks::Range(*from, *to),
        _ => Blocks::Several(numbers.iter().take(limits::JOINED_BLOCKS_MAX).map(|n| plain(n)).collect()),
    }
}

fn said(part: &Part) -> Option<String> {
    match part {
        Part::Unsaid => None,
        Part::None => Some(NONE.to_owned()),
        Part::Is(text) => Some(text.clone()),
    }
}

/// Without leading zeros; what is zeros only keeps one.
fn plain(number: &str) -> String {
    let upper = number.to_ascii_uppercase();
    let rest = upper.trim_start_matches('0');
    if rest.starts_with(|c: char| c.is_ascii_digit()) || rest.is_empty() == upper.is_empty() {
        rest.to_owned()
    } else {
        format!("0{rest}")
    }
}

/// Whether a bare number names a floor: `5F`.
fn is_floor(number: &str) -> bool {
    number.len() > 1 && number.strip_suffix('F').is_some_and(|n| n.len() <= 2 && n.bytes().all(|b| b.is_ascii_digit()))
}

fn floor_of(number: &str) -> Option<i16> {
    let digits = number.trim_end_matches('F');
    let below = digits.strip_prefix('B');
    let floor: i16 = below.unwrap_or(digits).parse().ok().filter(|floor| (0..=limits::FLOOR_MAX).contains(floor))?;
    Some(if below.is_some() { -floor } else { floor })
}

/// Numbers by size, and the stems in their order.
fn ordered(text: &str) -> String {
    let stem = |c: char| token::STEMS.chars().zip('a'..='j').find(|(s, _)| *s == c).map_or(c, |(_, letter)| letter);
    natural_key(&text.chars().map(stem).collect::<String>())
}

#[cfg(test)]
mod tests;
