//! Functions that give or ask texts.
//!
//! Owns strings, lists of selected choices and patterns. Refuses to know languages. Invariant: places in a text count
//! characters, not bytes.

use super::digest;
use super::eval::{Evaluator, Place};
use super::fault::EvalFault;
use super::function::Function;
use super::number::round_half_up;
use super::syntax::Expr;
use super::value::Value;
use std::borrow::Cow;

type Outcome<'t> = Result<Value<'t>, EvalFault>;

fn words<'t>(text: String) -> Value<'t> {
    Value::Text(Cow::Owned(text))
}

const SPACE: [char; 4] = [' ', '\t', '\r', '\n'];

impl<'t> Evaluator<'t> {
    pub(super) fn call_text(&self, function: Function, arguments: &'t [Expr], at: Place) -> Option<Outcome<'t>> {
        Some(match function {
            Function::Contains
            | Function::StartsWith
            | Function::EndsWith
            | Function::SubstringBefore
            | Function::SubstringAfter
            | Function::Selected
            | Function::Regex => self.two_texts(function, arguments, at),
            Function::NormalizeSpace | Function::String | Function::StringLength => {
                let text = match arguments.first() {
                    Some(argument) => self.eval_text(argument, at),
                    None => Ok(self.tree.text(at.node)),
                };
                text.map(|text| one_text(function, text))
            }
            Function::Concat | Function::Join => self.concat(function, arguments, at),
            Function::Substring => self.substring(arguments, at),
            Function::Substr => self.substr(arguments, at),
            Function::Translate => self.translate(arguments, at),
            Function::CountSelected => self
                .eval_text(&arguments[0], at)
                .map(|text| Value::Number(f64::from(u32::try_from(tokens(&text).count()).unwrap_or(u32::MAX)))),
            Function::SelectedAt => self.selected_at(arguments, at),
            Function::Digest => self.digest(arguments, at),
            Function::Base64Decode => self.eval_text(&arguments[0], at).map(|text| words(digest::base64_decode(&text))),
            Function::Uuid => self.uuid(arguments, at),
            Function::Version => Ok(words(self.host.version())),
            Function::Property => {
                self.eval_text(&arguments[0], at).map(|name| words(self.host.property(&name).unwrap_or_default()))
            }
            _ => return None,
        })
    }

    fn two_texts(&self, function: Function, arguments: &'t [Expr], at: Place) -> Outcome<'t> {
        let (one, two) = (self.eval_text(&arguments[0], at)?, self.eval_text(&arguments[1], at)?);
        let (one, two) = (&*one, &*two);
        Ok(match function {
            Function::Contains => Value::Flag(one.contains(two)),
            Function::StartsWith => Value::Flag(one.starts_with(two)),
            Function::EndsWith => Value::Flag(one.ends_with(two)),
            Function::SubstringBefore => {
                Value::Text(Cow::Owned(one.split_once(two).map_or("", |(before, _)| before).to_owned()))
            }
            Function::SubstringAfter => {
                Value::Text(Cow::Owned(one.split_once(two).map_or("", |(_, after)| after).to_owned()))
            }
            Function::Selected => {
                let wanted = two.trim_matches(SPACE);
                let none = wanted.is_empty() && one.trim_matches(SPACE).is_empty();
                Value::Flag(none || tokens(one).any(|token| token == wanted))
            }
            _ => {
                let pattern = self.patterns.get(two).ok_or(EvalFault::Pattern)?;
                Value::Flag(pattern.is_match(one).map_err(|_| EvalFault::Pattern)?)
            }
        })
    }

    /// All texts of the arguments, each node's own.
    fn texts(&self, arguments: &'t [Expr], at: Place) -> Result<Vec<Cow<'t, str>>, EvalFault> {
        let mut texts = Vec::new();
        for argument in arguments {
            match self.eval(argument, at)? {
                Value::Nodes(nodes) if self.dialect == super::host::Dialect::Forms => {
                    texts.extend(nodes.iter().map(|node| self.tree.text(*node)));
                }
                value => texts.push(value.into_text(self.tree, self.ways())),
            }
        }
        Ok(texts)
    }

    fn concat(&self, function: Function, arguments: &'t [Expr], at: Place) -> Outcome<'t> {
        if function == Function::Concat {
            return Ok(words(self.texts(arguments, at)?.concat()));
        }
        let glue = self.eval_text(&arguments[0], at)?;
        Ok(words(self.texts(&arguments[1..], at)?.join(&*glue)))
    }

    /// `substring()` of XPath 1.0, 4.2: places are rounded and may lie outside.
    #[expect(clippy::cast_precision_loss, reason = "texts are shorter than 2^52 characters")]
    fn substring(&self, arguments: &'t [Expr], at: Place) -> Outcome<'t> {
        let text = self.eval_text(&arguments[0], at)?;
        let first = round_half_up(self.eval_number(&arguments[1], at)?);
        let end = match arguments.get(2) {
            Some(len) => first + round_half_up(self.eval_number(len, at)?),
            None => f64::INFINITY,
        };
        let inside = |place: f64| place >= first && place < end;
        let kept: String = text
            .chars()
            .enumerate()
            .filter(|(index, _)| inside(*index as f64 + 1.0))
            .map(|(_, letter)| letter)
            .collect();
        Ok(words(kept))
    }

    /// `substr()` of ODK XForms: from a place, from 0, to another one; below 0 counts from the end.
    fn substr(&self, arguments: &'t [Expr], at: Place) -> Outcome<'t> {
        let text = self.eval_text(&arguments[0], at)?;
        let len = i64::try_from(text.chars().count()).unwrap_or(i64::MAX);
        let place = |number: f64| {
            let place = whole(number);
            (if place < 0 { place + len } else { place }).clamp(0, len)
        };
        let start = place(self.eval_number(&arguments[1], at)?);
        let end = match arguments.get(2) {
            Some(end) => place(self.eval_number(end, at)?),
            None => len,
        };
        let (start, count) = (usize::try_from(start).unwrap_or(0), usize::try_from(end - start).unwrap_or(0));
        Ok(words(text.chars().skip(start).take(count).collect::<String>()))
    }

    fn translate(&self, arguments: &'t [Expr], at: Place) -> Outcome<'t> {
        let text = self.eval_text(&arguments[0], at)?;
        let from: Vec<char> = self.eval_text(&arguments[1], at)?.chars().collect();
        let to: Vec<char> = self.eval_text(&arguments[2], at)?.chars().collect();
        let moved = |letter: char| match from.iter().position(|known| *known == letter) {
            Some(place) => to.get(place).copied(),
            None => Some(letter),
        };
        Ok(words(text.chars().filter_map(moved).collect::<String>()))
    }

    fn selected_at(&self, arguments: &'t [Expr], at: Place) -> Outcome<'t> {
        let text = self.eval_text(&arguments[0], at)?;
        let place = usize::try_from(whole(self.eval_number(&arguments[1], at)?));
        let found = place.ok().and_then(|place| tokens(&text).nth(place).map(str::to_owned));
        Ok(words(found.unwrap_or_default()))
    }

    fn digest(&self, arguments: &'t [Expr], at: Place) -> Outcome<'t> {
        let text = self.eval_text(&arguments[0], at)?;
        let algorithm = self.eval_text(&arguments[1], at)?;
        let encoding = match arguments.get(2) {
            Some(encoding) => self.eval_text(encoding, at)?,
            None => Cow::Borrowed("base64"),
        };
        Ok(words(digest::digest(&text, &algorithm, &encoding).ok_or(EvalFault::Argument("digest"))?))
    }

    /// A UUID of version 4 from the host's chance, or as many letters of such.
    fn uuid(&self, arguments: &'t [Expr], at: Place) -> Outcome<'t> {
        let len = match arguments.first() {
            Some(len) => usize::try_from(whole(self.eval_number(len, at)?)).unwrap_or(0).min(4096),
            None => 36,
        };
        let mut text = String::new();
        while text.len() < len {
            text += &self.one_uuid();
        }
        text.truncate(len);
        Ok(words(text))
    }

    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a number from 0 to 1 times 65536")]
    fn one_uuid(&self) -> String {
        let mut bits = 0u128;
        for _ in 0..8 {
            bits = bits << 16 | u128::from((self.host.random() * 65_536.0) as u16);
        }
        let bits = bits & !(0xf << 76) & !(0x3 << 62) | 0x4 << 76 | 0x2 << 62;
        let hex = format!("{bits:032x}");
        format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
    }
}

/// The whole number towards zero; 0 for what is none.
#[expect(clippy::cast_possible_truncation, reason = "what is too large stays the largest")]
fn whole(number: f64) -> i64 {
    number as i64
}

/// The choices of a list with spaces between them.
pub fn tokens(text: &str) -> impl Iterator<Item = &str> {
    text.split(SPACE).filter(|token| !token.is_empty())
}

fn one_text(function: Function, text: Cow<'_, str>) -> Value<'_> {
    match function {
        Function::NormalizeSpace => Value::Text(Cow::Owned(tokens(&text).collect::<Vec<_>>().join(" "))),
        Function::StringLength => Value::Number(f64::from(u32::try_from(text.chars().count()).unwrap_or(u32::MAX))),
        _ => Value::Text(text),
    }
}
