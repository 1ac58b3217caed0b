//! Parts: a seal cut small enough for a series of QR codes or files, and put together again.
//!
//! Owns the parts' bytes and text, and the gathering. Refuses to know what is sealed. Invariant: parts come in any order
//! and any number of times; nothing is put together but the very bytes that were cut; a part that was changed on its
//! way is known as such by itself.

use crate::frame_codec::key;
use crate::seal::seal_hash;
use data_encoding::BASE32_NOPAD;
use gridwalk_model::codec::{Malformed, Reader, Writer};
use gridwalk_model::hash::Hash;
use gridwalk_model::limits;
use std::collections::BTreeMap;

/// What the text of a part begins with. All its signs stand in a QR code's small alphabet.
const TEXT: &str = "GW1:";

const FORMAT: u64 = 1;

/// One part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Hash of the whole.
    pub whole: Hash,
    /// How-manieth, from 1.
    pub number: u32,
    /// Of how many.
    pub of: u32,
    /// Its piece of the whole.
    pub piece: Vec<u8>,
}

/// Why bytes are no part of anything here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PartFault {
    /// Not a part of a version that is known.
    #[error("not a part of a bundle")]
    NotAPart,
    /// Changed on its way.
    #[error("a part damaged on its way")]
    Damaged,
    /// More than the limits allow.
    #[error("larger than its limit")]
    TooLarge,
}

impl PartFault {
    /// Stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::NotAPart => "not_a_bundle",
            Self::Damaged => "part_damaged",
            Self::TooLarge => "bundle_too_large",
        }
    }
}

fn sum(part: &Part) -> [u8; 8] {
    let (number, of) = (part.number.to_le_bytes(), part.of.to_le_bytes());
    let hash = Hash::with_context("gridwalk 2026 part", &[&part.whole.0, &number, &of, &part.piece]);
    let mut sum = [0; 8];
    sum.copy_from_slice(&hash.0[..8]);
    sum
}

/// Cuts a seal into parts of at most so many bytes each, what goes around them not counted.
pub fn cut(sealed: &[u8], piece_bytes_max: usize) -> Result<Vec<Part>, PartFault> {
    let whole = seal_hash(sealed);
    let pieces: Vec<&[u8]> = sealed.chunks(piece_bytes_max.max(1)).collect();
    let of = u32::try_from(pieces.len()).map_err(|_| PartFault::TooLarge)?;
    if of > limits::PARTS_MAX || sealed.len() > limits::SEALED_BYTES_MAX {
        return Err(PartFault::TooLarge);
    }
    Ok((1..).zip(pieces).map(|(number, piece)| Part { whole, number, of, piece: piece.to_vec() }).collect())
}

impl Part {
    /// Its bytes: one file.
    pub fn bytes(&self) -> Vec<u8> {
        let mut w = Writer::default();
        w.map(6).uint(1).uint(FORMAT).uint(2).bytes(&self.whole.0).uint(3).uint(u64::from(self.number));
        w.uint(4).uint(u64::from(self.of)).uint(5).bytes(&self.piece).uint(6).bytes(&sum(self));
        w.finish()
    }

    /// Its text: one QR code.
    pub fn text(&self) -> String {
        format!("{TEXT}{}", BASE32_NOPAD.encode(&self.bytes()))
    }

    /// Reads a part from its bytes or its text.
    pub fn read(bytes: &[u8]) -> Result<Self, PartFault> {
        let text = std::str::from_utf8(bytes).ok().map(str::trim).and_then(|t| t.strip_prefix(TEXT));
        let decoded;
        let bytes = match text {
            Some(text) => {
                decoded = BASE32_NOPAD.decode(text.as_bytes()).map_err(|_| PartFault::Damaged)?;
                &decoded
            }
            None => bytes,
        };
        let (part, told) = read(bytes).map_err(|e| match e {
            Malformed::TooLarge => PartFault::TooLarge,
            _ => PartFault::NotAPart,
        })?;
        if sum(&part) == told { Ok(part) } else { Err(PartFault::Damaged) }
    }
}

fn read(bytes: &[u8]) -> Result<(Part, [u8; 8]), Malformed> {
    if bytes.len() > limits::SEALED_BYTES_MAX + limits::PART_AROUND_BYTES_MAX {
        return Err(Malformed::TooLarge);
    }
    let mut r = Reader::new(bytes);
    r.map_of(6)?;
    key(&mut r, 1)?;
    if r.uint()? != FORMAT {
        return Err(Malformed::Shape);
    }
    key(&mut r, 2)?;
    let whole = r.hash()?;
    let mut small = |at| {
        key(&mut r, at)?;
        u32::try_from(r.uint()?).map_err(|_| Malformed::Shape)
    };
    let (number, of) = (small(3)?, small(4)?);
    key(&mut r, 5)?;
    let piece = r.bytes()?.to_vec();
    key(&mut r, 6)?;
    let told = r.bytes()?.try_into().map_err(|_| Malformed::Shape)?;
    r.end()?;
    if !(1..=of).contains(&number) {
        return Err(Malformed::Shape);
    }
    if of > limits::PARTS_MAX {
        return Err(Malformed::TooLarge);
    }
    Ok((Part { whole, number, of, piece }, told))
}

/// A whole of which parts are still missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Incomplete {
    /// Hash of the whole.
    pub whole: Hash,
    /// Of how many parts.
    pub of: u32,
    /// Those that are missing.
    pub missing: Vec<u32>,
}

/// Parts as they come, of one whole or of several.
#[derive(Debug, Clone, Default)]
pub struct Parts {
    wholes: BTreeMap<Hash, (u32, BTreeMap<u32, Vec<u8>>)>,
    bytes: usize,
}

impl Parts {
    /// Takes one part; whether it was new.
    pub fn add(&mut self, part: Part) -> Result<bool, PartFault> {
        let (of, pieces) = self.wholes.entry(part.whole).or_insert_with(|| (part.of, BTreeMap::new()));
        if *of != part.of {
            return Err(PartFault::Damaged);
        }
        if let Some(held) = pieces.get(&part.number) {
            return if *held == part.piece { Ok(false) } else { Err(PartFault::Damaged) };
        }
        if self.bytes + part.piece.len() > limits::SEALED_BYTES_MAX {
            return Err(PartFault::TooLarge);
        }
        self.bytes += part.piece.len();
        pieces.insert(part.number, part.piece);
        Ok(true)
    }

    /// What is whole now, with its hash.
    pub fn whole(&self) -> Result<Vec<(Hash, Vec<u8>)>, PartFault> {
        let mut whole = Vec::new();
        for (hash, (of, pieces)) in &self.wholes {
            if u32::try_from(pieces.len()) != Ok(*of) {
                continue;
            }
            let sealed = pieces.values().flatten().copied().collect::<Vec<u8>>();
            if seal_hash(&sealed) != *hash {
                return Err(PartFault::Damaged);
            }
            whole.push((*hash, sealed));
        }
        Ok(whole)
    }

    /// What still lacks parts.
    pub fn incomplete(&self) -> Vec<Incomplete> {
        let lacking = |(whole, (of, pieces)): (&Hash, &(u32, BTreeMap<u32, Vec<u8>>))| {
            let missing: Vec<u32> = (1..=*of).filter(|n| !pieces.contains_key(n)).collect();
            (!missing.is_empty()).then_some(Incomplete { whole: *whole, of: *of, missing })
        };
        self.wholes.iter().filter_map(lacking).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn gathered(parts: &[Part]) -> Parts {
        let mut all = Parts::default();
        for part in parts {
            all.add(Part::read(part.text().as_bytes()).unwrap()).unwrap();
        }
        all
    }

    #[test]
    fn what_is_missing_is_named_and_what_comes_twice_is_not_taken_twice() {
        let sealed: Vec<u8> = (0..=99).collect();
        let parts = cut(&sealed, 30).unwrap();
        assert_eq!(parts.len(), 4);
        let mut some = gathered(&[parts[3].clone(), parts[1].clone()]);
        assert_eq!(some.add(parts[3].clone()), Ok(false));
        assert_eq!(some.incomplete()[0].missing, [1, 3]);
        assert_eq!(some.whole(), Ok(Vec::new()));
        assert_eq!(gathered(&parts).whole().unwrap()[0].1, sealed);
    }

    #[test]
    fn parts_of_two_wholes_are_told_apart() {
        let (one, two) = (vec![1; 50], vec![2; 70]);
        let mixed: Vec<Part> = cut(&one, 20).unwrap().into_iter().chain(cut(&two, 20).unwrap()).rev().collect();
        let whole: Vec<Vec<u8>> = gathered(&mixed).whole().unwrap().into_iter().map(|(_, bytes)| bytes).collect();
        assert!(whole.contains(&one) && whole.contains(&two) && whole.len() == 2);
    }

    #[test]
    fn a_part_fits_the_alphabet_of_a_qr_code() {
        let text = cut(&[9; 700], limits::PART_QR_BYTES).unwrap()[0].text();
        assert!(text.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == ':'), "{text}");
        assert!(text.len() <= 1_200, "{} signs", text.len());
    }

    proptest! {
        #[test]
        fn any_order_any_number_of_times(
            sealed in proptest::collection::vec(any::<u8>(), 1..600),
            size in 1..200_usize,
            order in proptest::collection::vec(any::<proptest::sample::Index>(), 0..20),
        ) {
            let parts = cut(&sealed, size).unwrap();
            let mut come: Vec<Part> = order.iter().map(|i| parts[i.index(parts.len())].clone()).collect();
            come.extend(parts.iter().rev().cloned());
            let all = gathered(&come);
            prop_assert!(all.incomplete().is_empty());
            prop_assert_eq!(&all.whole().unwrap()[0].1, &sealed);
        }

        #[test]
        fn a_bent_part_is_never_taken(
            sealed in proptest::collection::vec(any::<u8>(), 1..300),
            at in any::<proptest::sample::Index>(),
            bit in 0..8_u8,
        ) {
            let mut bytes = cut(&sealed, 100).unwrap()[0].bytes();
            let at = at.index(bytes.len());
            bytes[at] ^= 1 << bit;
            prop_assert!(Part::read(&bytes).is_err());
            bytes.truncate(at);
            prop_assert!(Part::read(&bytes).is_err());
        }
    }
}
