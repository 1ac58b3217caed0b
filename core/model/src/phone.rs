//! Phone numbers: mobile and landline numbers, short numbers and hotlines, as people write them.
//!
//! Owns their one form and what looks odd. Refuses to know who is called. Invariant: to read what was read changes
//! nothing, and a number in any spelling has one form.

use crate::limits;
use crate::unit_code::half_width;

/// What sort of number it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PhoneKind {
    /// A mobile number: `1[3-9]` and nine digits.
    Mobile,
    /// A landline with its area code.
    Landline,
    /// A landline without its area code: it works in its own city only.
    Local,
    /// 400 or 800 and seven digits.
    Service,
    /// Three to six digits, such as 110 or 12345.
    Short,
    /// A number abroad.
    International,
    /// None of these.
    Other,
}

impl PhoneKind {
    /// The stable code that shells have words for.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Mobile => "mobile",
            Self::Landline => "landline",
            Self::Local => "local",
            Self::Service => "service",
            Self::Short => "short",
            Self::International => "international",
            Self::Other => "other_number",
        }
    }
}

/// What looks odd about a number; none of it blocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PhoneWarning {
    /// It begins like a mobile number and is longer or shorter.
    MobileLength,
    /// A landline without its area code.
    NoArea,
    /// A short number or a hotline where a person's own number belongs.
    Short,
    /// No number that somebody could have.
    Odd,
}

impl PhoneWarning {
    /// The stable code that shells have words for.
    pub const fn warning_code(self) -> &'static str {
        match self {
            Self::MobileLength => "phone_mobile_length",
            Self::NoArea => "phone_no_area",
            Self::Short => "phone_short",
            Self::Odd => "phone_odd",
        }
    }
}

/// What is no phone number at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NotAPhone {
    /// Fewer digits than any number has, or more.
    Length,
    /// Something else than digits and what people write between them.
    Character,
}

/// What a number says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PhoneReading {
    /// In the one form in which it is stored and compared: digits, after a `+` for numbers abroad.
    pub number: String,
    /// What sort of number it is.
    pub kind: PhoneKind,
    /// The extension behind it, digits.
    pub extension: Option<String>,
    /// What looks odd.
    pub warnings: Vec<PhoneWarning>,
}

/// Reads a number, as typed: `0518-8552 1234转801`, `+86 138 1234 5678`, `（010）65551234`.
pub fn read(text: &str) -> Result<PhoneReading, NotAPhone> {
    let plain: String = text.chars().map(half_width).filter(|c| !is_between(*c)).collect();
    let (number, extension) = match plain.split_once(['转', '轉', 'x', 'X', '#']) {
        Some((number, extension)) => (number, Some(extension.to_owned())),
        None => (plain.as_str(), None),
    };
    let digits = number.strip_prefix('+').unwrap_or(number);
    let fits = |digits: &str| (limits::PHONE_DIGITS_MIN..=limits::PHONE_DIGITS_MAX).contains(&digits.len());
    let all = digits.bytes().chain(extension.iter().flat_map(|e| e.bytes()));
    if !all.clone().all(|b| b.is_ascii_digit()) || extension.as_ref().is_some_and(String::is_empty) {
        return Err(NotAPhone::Character);
    }
    if !fits(digits) {
        return Err(NotAPhone::Length);
    }
    // A code may stand before a code: each round makes it shorter, or is the last.
    let mut number = number.to_owned();
    loop {
        let home = without_country(&number);
        if home == number {
            break;
        }
        number = home;
    }
    if !fits(number.strip_prefix('+').unwrap_or(&number)) {
        return Err(NotAPhone::Length);
    }
    let (kind, warnings) = judge(&number);
    Ok(PhoneReading { number, kind, extension, warnings })
}

/// Without the country code of China; with `+` before all others.
fn without_country(number: &str) -> String {
    let abroad = number.strip_prefix('+').or_else(|| number.strip_prefix("00").filter(|rest| rest.len() > 6));
    let Some(abroad) = abroad else {
        let home = number.strip_prefix("86").filter(|rest| is_mobile(rest));
        return home.unwrap_or(number).to_owned();
    };
    match abroad.strip_prefix("86") {
        Some(home) if is_mobile(home) || home.starts_with('0') || home.len() < 9 => home.to_owned(),
        Some(home) => format!("0{home}"),
        None => format!("+{abroad}"),
    }
}

fn judge(number: &str) -> (PhoneKind, Vec<PhoneWarning>) {
    let bytes = number.as_bytes();
    let like_mobile = matches!(bytes, [b'1', b'3'..=b'9', ..]);
    match bytes {
        [b'+', ..] => (PhoneKind::International, vec![]),
        _ if is_mobile(number) => (PhoneKind::Mobile, vec![]),
        [b'4' | b'8', b'0', b'0', ..] if bytes.len() == 10 => (PhoneKind::Service, vec![]),
        [b'0', ..] if is_landline(number) => (PhoneKind::Landline, vec![]),
        [b'1' | b'9', ..] if bytes.len() <= 6 => (PhoneKind::Short, vec![]),
        _ if like_mobile && bytes.len() >= 9 => (PhoneKind::Other, vec![PhoneWarning::MobileLength]),
        [b'2'..=b'8', ..] if matches!(bytes.len(), 7 | 8) => (PhoneKind::Local, vec![PhoneWarning::NoArea]),
        _ => (PhoneKind::Other, vec![PhoneWarning::Odd]),
    }
}

fn is_mobile(number: &str) -> bool {
    number.len() == 11 && matches!(number.as_bytes(), [b'1', b'3'..=b'9', ..])
}

/// Area codes have three digits where they are 010 or begin with 02, else four; numbers seven or eight.
fn is_landline(number: &str) -> bool {
    match number.as_bytes() {
        [b'0', b'1', b'0', b'2'..=b'8', rest @ ..] | [b'0', b'2', b'0'..=b'9', b'2'..=b'8', rest @ ..] => {
            rest.len() == 7
        }
        [b'0', b'3'..=b'9', _, _, b'2'..=b'8', rest @ ..] => matches!(rest.len(), 6 | 7),
        _ => false,
    }
}

/// What people write between digits.
fn is_between(c: char) -> bool {
    c.is_whitespace() || matches!(c, '-' | '(' | ')' | '.' | '/' | '—' | '–' | '·' | ',')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn numbers_as_people_write_them() {
        use PhoneKind::{International, Landline, Local, Mobile, Other, Service, Short};
        use PhoneWarning::{MobileLength, NoArea, Odd};
        // typed                   form             kind     odd
        let rows: [(&str, &str, PhoneKind, &[PhoneWarning]); 17] = [
            ("138 1234 5678", "13812345678", Mobile, &[]),
            ("+86 138-1234-5678", "13812345678", Mobile, &[]),
            ("8613812345678", "13812345678", Mobile, &[]),
            ("0086 13812345678", "13812345678", Mobile, &[]),
            ("１９９１２３４５６７８", "19912345678", Mobile, &[]),
            ("（010）65551234", "01065551234", Landline, &[]),
            ("0518-8552 1234", "051885521234", Landline, &[]),
            ("+86 518 85521234", "051885521234", Landline, &[]),
            ("0566-2031234", "05662031234", Landline, &[]),
            ("85521234", "85521234", Local, &[NoArea]),
            ("400-810-1234", "4008101234", Service, &[]),
            ("110", "110", Short, &[]),
            ("12345", "12345", Short, &[]),
            ("+852 2345 6789", "+85223456789", International, &[]),
            ("1381234567", "1381234567", Other, &[MobileLength]),
            ("11111111111", "11111111111", Other, &[Odd]),
            ("01012345678", "01012345678", Other, &[Odd]),
        ];
        for (text, number, kind, warnings) in rows {
            let reading = read(text).unwrap();
            assert_eq!(
                (reading.number.as_str(), reading.kind, reading.warnings.as_slice()),
                (number, kind, warnings),
                "{text}"
            );
        }
        let with = read("0518-85521234转801").unwrap();
        assert_eq!((with.number.as_str(), with.extension.as_deref()), ("051885521234", Some("801")));
        assert_eq!(read("无"), Err(NotAPhone::Character));
        assert_eq!(read("1381234567O"), Err(NotAPhone::Character));
        assert_eq!(read("12"), Err(NotAPhone::Length));
        assert_eq!(read("+860"), Err(NotAPhone::Length), "a country code alone is no number");
        assert_eq!(read("+860086123456").map(|r| r.number), read("123456").map(|r| r.number));
        assert_eq!(read(""), Err(NotAPhone::Length));
    }

    proptest! {
        #[test]
        fn any_spelling_has_one_form(number in "1[3-9][0-9]{9}", gaps in "[ ()（）.-]{12}", country in "(|\\+86|0086|86)", wide: bool) {
            let mut text = country;
            for (c, gap) in number.chars().zip(gaps.chars()) {
                text.push(if wide { char::from_u32(u32::from(c) + 0xfee0).unwrap() } else { c });
                text.push(gap);
            }
            prop_assert_eq!(read(&text).map(|r| (r.number, r.kind)), Ok((number, PhoneKind::Mobile)));
        }

        #[test]
        fn what_was_read_reads_the_same(text in "[+0-9 -]{0,18}") {
            if let Ok(reading) = read(&text) {
                prop_assert_eq!(read(&reading.number).map(|r| (r.number, r.kind)), Ok((reading.number, reading.kind)));
            }
        }
    }
}
