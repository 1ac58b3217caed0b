//! Kinds of identity numbers: whose card a number is from, as far as the number itself says.
//!
//! Owns the prefixes. Refuses to judge check digits, which `id_number` reads. Invariant: every text has one kind.

use crate::id_number;

/// What card a number is from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum IdKind {
    /// A citizen's card (GB 11643), 18 characters.
    Citizen,
    /// The old form of 15 digits.
    Legacy,
    /// A residence permit of somebody from Hong Kong (81), Macao (82) or Taiwan (83).
    ResidencePermit,
    /// A foreigner's permanent residence card: 9 before the province.
    ForeignCard,
    /// The older one of those: three letters of the country and twelve digits.
    ForeignCardOld,
    /// The region 99, which is assigned to nobody: made-up people.
    MadeUp,
    /// None of these: a passport, perhaps.
    Other,
}

impl IdKind {
    /// The stable code that shells have words for.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Citizen => "citizen",
            Self::Legacy => "legacy",
            Self::ResidencePermit => "residence_permit",
            Self::ForeignCard => "foreign_card",
            Self::ForeignCardOld => "foreign_card_old",
            Self::MadeUp => "made_up",
            Self::Other => "other",
        }
    }

    /// The kind of a number, as typed.
    pub fn of(text: &str) -> Self {
        let number = id_number::normalize(text);
        let bytes = number.as_bytes();
        let digits = |part: &[u8]| part.iter().all(u8::is_ascii_digit);
        match bytes.len() {
            15 if digits(bytes) => Self::Legacy,
            15 if bytes[..3].iter().all(u8::is_ascii_uppercase) && digits(&bytes[3..]) => Self::ForeignCardOld,
            18 if digits(&bytes[..17]) && (bytes[17].is_ascii_digit() || bytes[17] == b'X') => match &bytes[..2] {
                b"99" => Self::MadeUp,
                b"81" | b"82" | b"83" => Self::ResidencePermit,
                [b'9', _] => Self::ForeignCard,
                _ => Self::Citizen,
            },
            _ => Self::Other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn kinds_by_their_numbers() {
        let rows = [
            ("11010519491231002x", IdKind::Citizen),
            ("110105491231002", IdKind::Legacy),
            ("81000019980902013X", IdKind::ResidencePermit),
            ("830000199201300022", IdKind::ResidencePermit),
            ("911124198108030024", IdKind::ForeignCard),
            ("usa110078010112", IdKind::ForeignCardOld),
            ("995954195103054883", IdKind::MadeUp),
            ("E12345678", IdKind::Other),
            ("", IdKind::Other),
        ];
        for (text, kind) in rows {
            assert_eq!(IdKind::of(text), kind, "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_breaks_it(text in "\\PC{0,20}") {
            let number = id_number::normalize(&text);
            prop_assert_eq!(IdKind::of(&text), IdKind::of(&number));
        }
    }
}
