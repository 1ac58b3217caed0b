//! Unified social credit codes of organisations (GB 32100), and the organisation codes inside them (GB 11714).
//!
//! Owns both check digits, the alphabet and what the parts say. Refuses to block a wrong digit: some plates bear one.
//! Invariant: to normalise twice is to normalise once, and one wrong character is always noticed.

use crate::unit_code::half_width;

/// The characters of a code, by their values: no I, O, S, V and Z.
const ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
/// Weights of the organisation code.
const ORGANISATION_WEIGHTS: [u32; 8] = [3, 7, 9, 10, 5, 8, 4, 2];
/// What is typed or read instead of a character of the alphabet.
const MISREAD: [(char, char); 5] = [('O', '0'), ('I', '1'), ('S', '5'), ('Z', '2'), ('V', 'U')];

/// What looks odd about a code; none of it blocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum UsccWarning {
    /// The last character does not fit.
    CheckDigit,
    /// The check digit of the organisation code inside does not fit.
    OrganisationDigit,
    /// The region begins with zero or holds a letter.
    Region,
    /// The number of a business licence before 2015, 15 digits.
    OldLicence,
    /// An organisation code alone, nine characters.
    OrganisationCodeOnly,
}

impl UsccWarning {
    /// The stable code that shells have words for.
    pub const fn code(self) -> &'static str {
        match self {
            Self::CheckDigit => "uscc_check_digit",
            Self::OrganisationDigit => "uscc_organisation_digit",
            Self::Region => "uscc_region",
            Self::OldLicence => "uscc_old_licence",
            Self::OrganisationCodeOnly => "uscc_organisation_code_only",
        }
    }
}

/// What is no code of an organisation at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NotAUscc {
    /// Neither 18 nor 15 nor 9 characters.
    Length,
    /// A character that no code has.
    Character,
}

/// What a code says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsccReading {
    /// In the one form in which it is stored and compared.
    pub code: String,
    /// The organisation code inside, nine characters.
    pub organisation: Option<String>,
    /// The region of the registrar, six digits.
    pub region: Option<String>,
    /// What looks odd, sorted.
    pub warnings: Vec<UsccWarning>,
}

/// Half-width, in capitals, without spaces and hyphens.
pub fn normalize(text: &str) -> String {
    let plain = text.chars().map(half_width).filter(|c| !c.is_whitespace() && !matches!(c, '-' | '－' | '—'));
    plain.map(|c| c.to_ascii_uppercase()).collect()
}

/// The check character of the first 17; `None` if they are no 17 of the alphabet.
pub fn check_digit(first: &str) -> Option<char> {
    if first.len() != 17 {
        return None;
    }
    let mut weight = 1;
    let mut sum = 0;
    for b in first.bytes() {
        sum += value(b)? * weight;
        weight = weight * 3 % 31;
    }
    ALPHABET.get(((31 - sum % 31) % 31) as usize).map(|b| char::from(*b))
}

/// The check character of the first eight of an organisation code; `None` if they are no eight letters and digits.
pub fn organisation_digit(first: &str) -> Option<char> {
    if first.len() != 8 {
        return None;
    }
    let values = first.chars().map(|c| c.to_digit(36).filter(|_| !c.is_ascii_lowercase()));
    let sum = values.zip(ORGANISATION_WEIGHTS).try_fold(0, |sum, (v, weight)| Some(sum + v? * weight))?;
    match 11 - sum % 11 {
        10 => Some('X'),
        11 => Some('0'),
        digit => char::from_digit(digit, 10),
    }
}

/// Reads a code, as typed.
pub fn read(text: &str) -> Result<UsccReading, NotAUscc> {
    let code = normalize(text);
    let mut reading = UsccReading { organisation: None, region: None, warnings: Vec::new(), code };
    let code = reading.code.as_str();
    if !code.bytes().all(|b| b.is_ascii_alphanumeric()) {
        return Err(NotAUscc::Character);
    }
    let organisation_fits = |part: &str| organisation_digit(&part[..8]) == part.chars().last();
    match code.len() {
        18 => {
            let wanted = check_digit(&code[..17]).ok_or(NotAUscc::Character)?;
            if !code.ends_with(|c| ALPHABET.contains(&(c as u8))) {
                return Err(NotAUscc::Character);
            }
            if !code.ends_with(wanted) {
                reading.warnings.push(UsccWarning::CheckDigit);
            }
            if !organisation_fits(&code[8..17]) {
                reading.warnings.push(UsccWarning::OrganisationDigit);
            }
            let region = &code[2..8];
            if region.starts_with('0') || !region.bytes().all(|b| b.is_ascii_digit()) {
                reading.warnings.push(UsccWarning::Region);
            }
            Ok(UsccReading { organisation: Some(code[8..17].to_owned()), region: Some(region.to_owned()), ..reading })
        }
        15 if code.bytes().all(|b| b.is_ascii_digit()) => {
            Ok(UsccReading { region: Some(code[..6].to_owned()), warnings: vec![UsccWarning::OldLicence], ..reading })
        }
        9 => {
            reading.warnings.push(UsccWarning::OrganisationCodeOnly);
            if !organisation_fits(code) {
                reading.warnings.insert(0, UsccWarning::OrganisationDigit);
            }
            Ok(UsccReading { organisation: Some(code.to_owned()), ..reading })
        }
        15 => Err(NotAUscc::Character),
        _ => Err(NotAUscc::Length),
    }
}

/// The code that was probably meant where letters were typed that no code has: `None` unless both digits fit then.
pub fn meant(text: &str) -> Option<String> {
    let typed = normalize(text);
    let right = |c: char| MISREAD.iter().find(|(wrong, _)| *wrong == c).map_or(c, |(_, right)| *right);
    let mended: String = typed.chars().map(right).collect();
    let fits = mended.len() == 18 && mended != typed && read(&mended).is_ok_and(|r| r.warnings.is_empty());
    fits.then_some(mended)
}

fn value(b: u8) -> Option<u32> {
    ALPHABET.iter().zip(0..).find(|(a, _)| **a == b).map(|(_, v)| v)
}

#[cfg(test)]
mod tests {
    use super::*;
    use UsccWarning::{CheckDigit, OldLicence, OrganisationCodeOnly, OrganisationDigit, Region};
    use proptest::prelude::*;

    #[test]
    fn published_codes_fit_both_digits() {
        let codes = [
            "91350100M000100Y43",
            "91110108551385082Q",
            "9144030071526726XG",
            "91330100799655058B",
            "91110000802100433B",
        ];
        for code in codes {
            let reading = read(code).unwrap();
            assert_eq!(reading.warnings, [], "{code}");
            assert_eq!(reading.organisation.as_deref(), Some(&code[8..17]));
        }
    }

    #[test]
    fn what_codes_say() {
        let rows: [(&str, Result<&[UsccWarning], NotAUscc>); 10] = [
            ("９１３５０１００ｍ０００１００ｙ４３", Ok(&[])),
            (" 9135 0100 M000100Y-4 3", Ok(&[])),
            ("91350100M000100Y44", Ok(&[CheckDigit])),
            ("91350100M000100Y53", Ok(&[CheckDigit, OrganisationDigit])),
            ("9A350100M000100Y43", Ok(&[CheckDigit])),
            ("91050100M000100Y43", Ok(&[CheckDigit, Region])),
            ("320700000012345", Ok(&[OldLicence])),
            ("M000100Y4", Ok(&[OrganisationCodeOnly])),
            ("9135O100M000100Y43", Err(NotAUscc::Character)),
            ("无", Err(NotAUscc::Character)),
        ];
        for (text, wanted) in rows {
            assert_eq!(read(text).map(|r| r.warnings), wanted.map(<[_]>::to_vec), "{text}");
        }
        assert_eq!(read("9135"), Err(NotAUscc::Length));
        assert_eq!(meant("9135OIOOM0001O0Y43").as_deref(), Some("91350100M000100Y43"));
        assert_eq!(meant("91350100M000100Y43"), None, "nothing to mend");
    }

    proptest! {
        #[test]
        fn one_wrong_character_is_noticed(first in "[1-9A-HJ-NP-RTUWXY]{2}[1-9][0-9]{5}[0-9A-HJ-NP-RTUWXY]{8}[0-9]", at in 0usize..18, other in 0usize..31) {
            let mut code = format!("{first}{}", check_digit(&first).unwrap()).into_bytes();
            let right = code.clone();
            code[at] = ALPHABET[other];
            let reading = read(&String::from_utf8(code.clone()).unwrap()).unwrap();
            prop_assert_eq!(reading.warnings.contains(&CheckDigit), code != right);
        }

        #[test]
        fn no_text_breaks_it(text in "\\PC{0,20}") {
            prop_assert_eq!(normalize(&normalize(&text)), normalize(&text));
            if let Ok(reading) = read(&text) {
                prop_assert_eq!(read(&reading.code).unwrap(), reading);
            }
            meant(&text);
        }
    }
}
