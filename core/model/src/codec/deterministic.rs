//! Whether CBOR of unknown meaning is in its one deterministic form (RFC 8949 §4.2).
//!
//! Owns the check of what a later version added. Refuses to know what it says. Invariant: two byte strings that pass
//! and mean the same are the same.

use super::Malformed;
use crate::limits;

/// Checks one item that fills these bytes.
pub fn check(bytes: &[u8]) -> Result<(), Malformed> {
    let mut rest = bytes;
    item(&mut rest, 0)?;
    if rest.is_empty() { Ok(()) } else { Err(Malformed::Shape) }
}

fn item(rest: &mut &[u8], depth: usize) -> Result<(), Malformed> {
    if depth > limits::ITEM_DEPTH_MAX {
        return Err(Malformed::TooLarge);
    }
    let first = take(rest, 1)?[0];
    let (major, info) = (first >> 5, first & 0x1f);
    if major == 7 {
        return simple_or_float(rest, info);
    }
    let argument = argument(rest, info)?;
    match major {
        0 | 1 => Ok(()),
        2 => text_or_bytes(rest, argument).map(|_| ()),
        3 => std::str::from_utf8(text_or_bytes(rest, argument)?).map(|_| ()).map_err(|_| Malformed::Shape),
        4 => (0..argument).try_for_each(|_| item(rest, depth + 1)),
        5 => map(rest, argument, depth),
        _ => item(rest, depth + 1),
    }
}

/// Keys ascend by their bytes; none stands twice.
fn map(rest: &mut &[u8], entries: u64, depth: usize) -> Result<(), Malformed> {
    let mut last: Option<&[u8]> = None;
    for _ in 0..entries {
        let from = *rest;
        item(rest, depth + 1)?;
        let key = &from[..from.len() - rest.len()];
        if last.is_some_and(|l| l >= key) {
            return Err(Malformed::NotDeterministic);
        }
        last = Some(key);
        item(rest, depth + 1)?;
    }
    Ok(())
}

fn text_or_bytes<'b>(rest: &mut &'b [u8], length: u64) -> Result<&'b [u8], Malformed> {
    take(rest, usize::try_from(length).map_err(|_| Malformed::Shape)?)
}

/// The shortest form only; nothing of indefinite length.
fn argument(rest: &mut &[u8], info: u8) -> Result<u64, Malformed> {
    let (width, least) = match info {
        0..=23 => return Ok(u64::from(info)),
        24 => (1, 24),
        25 => (2, 1 << 8),
        26 => (4, 1 << 16),
        27 => (8, 1 << 32),
        31 => return Err(Malformed::NotDeterministic),
        _ => return Err(Malformed::Shape),
    };
    let argument = take(rest, width)?.iter().fold(0_u64, |n, b| n << 8 | u64::from(*b));
    if argument < least { Err(Malformed::NotDeterministic) } else { Ok(argument) }
}

fn simple_or_float(rest: &mut &[u8], info: u8) -> Result<(), Malformed> {
    let width = match info {
        0..=23 => return Ok(()),
        24 => return if take(rest, 1)?[0] >= 32 { Ok(()) } else { Err(Malformed::Shape) },
        25 => 2,
        26 => 4,
        27 => 8,
        31 => return Err(Malformed::NotDeterministic),
        _ => return Err(Malformed::Shape),
    };
    let bits = take(rest, width)?.iter().fold(0_u64, |n, b| n << 8 | u64::from(*b));
    if is_shortest(bits, width) { Ok(()) } else { Err(Malformed::NotDeterministic) }
}

/// Whether no shorter float holds the number; the one NaN is the half 0x7e00.
fn is_shortest(bits: u64, width: usize) -> bool {
    let (exponent_bits, fraction_bits) = match width {
        2 => (5, 10),
        4 => (8, 23),
        _ => (11, 52),
    };
    let fraction = bits & ((1 << fraction_bits) - 1);
    let exponent = (bits >> fraction_bits) & ((1 << exponent_bits) - 1);
    let top = (1 << exponent_bits) - 1;
    if exponent == top {
        return width == 2 && (fraction == 0 || bits == 0x7e00);
    }
    if width == 2 {
        return true;
    }
    !fits(exponent, fraction, exponent_bits, fraction_bits, if width == 4 { (5, 10) } else { (8, 23) })
}

/// Whether a finite number of one width can be written in a narrower one.
fn fits(exponent: u64, fraction: u64, exponent_bits: u32, fraction_bits: u32, narrow: (u32, u32)) -> bool {
    if exponent == 0 {
        return fraction == 0;
    }
    let bias = |bits: u32| (1_i64 << (bits - 1)) - 1;
    let power = i64::try_from(exponent).unwrap_or(i64::MAX) - bias(exponent_bits);
    let (least, most) = (1 - bias(narrow.0), bias(narrow.0));
    let lost_if_subnormal = u32::try_from((least - power).max(0)).unwrap_or(u32::MAX);
    let lost = (fraction_bits - narrow.1).saturating_add(lost_if_subnormal);
    power <= most && lost_if_subnormal <= narrow.1 && (fraction | 1 << fraction_bits).trailing_zeros() >= lost
}

fn take<'b>(rest: &mut &'b [u8], n: usize) -> Result<&'b [u8], Malformed> {
    let (taken, left) = rest.split_at_checked(n).ok_or(Malformed::Shape)?;
    *rest = left;
    Ok(taken)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::value_bytes;
    use crate::value::Value;
    use proptest::prelude::*;

    #[test]
    fn one_form_only() {
        let cases: &[(&[u8], Result<(), Malformed>)] = &[
            (&[0x17], Ok(())),
            (&[0x18, 0x17], Err(Malformed::NotDeterministic)),
            (&[0x18, 0x18], Ok(())),
            (&[0x19, 0x00, 0xff], Err(Malformed::NotDeterministic)),
            (&[0x9f, 0x01, 0xff], Err(Malformed::NotDeterministic)),
            (&[0xa2, 0x01, 0x00, 0x02, 0x00], Ok(())),
            (&[0xa2, 0x02, 0x00, 0x01, 0x00], Err(Malformed::NotDeterministic)),
            (&[0xa2, 0x01, 0x00, 0x01, 0x00], Err(Malformed::NotDeterministic)),
            (&[0x61, 0xff], Err(Malformed::Shape)),
            (&[0xf6], Ok(())),
            (&[0xf9, 0x7e, 0x00], Ok(())),
            (&[0xfa, 0x7f, 0xc0, 0x00, 0x00], Err(Malformed::NotDeterministic)),
            (&[0xfa, 0x3f, 0x80, 0x00, 0x00], Err(Malformed::NotDeterministic)),
            (&[0xfa, 0x3d, 0xcc, 0xcc, 0xcd], Ok(())),
            (&[0x9b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], Err(Malformed::Shape)),
            (&[0x01, 0x01], Err(Malformed::Shape)),
            (&[], Err(Malformed::Shape)),
        ];
        for (bytes, expected) in cases {
            assert_eq!(check(bytes), *expected, "{bytes:02x?}");
        }
        assert_eq!(check(&[0x81; 40]), Err(Malformed::TooLarge), "deep");
    }

    proptest! {
        #[test]
        fn agrees_with_the_writer_on_floats(bits in any::<u64>(), half in any::<u16>(), single in any::<u32>()) {
            let widened = f64::from(f32::from_bits(single));
            let mut bytes = vec![0xf9];
            bytes.extend(half.to_be_bytes());
            let from_half = minicbor::Decoder::new(&bytes).f16().map(f64::from).unwrap_or_default();
            for x in [f64::from_bits(bits), widened, from_half] {
                let Some(value) = Value::float(x) else { continue };
                let written = value_bytes(&value);
                prop_assert_eq!(check(&written), Ok(()), "{}", x);
                let Value::Float(x) = value else { continue };
                let mut double = vec![0xfb];
                double.extend(x.to_be_bytes());
                prop_assert_eq!(check(&double).is_ok(), written == double, "{}", x);
                #[expect(clippy::cast_possible_truncation, reason = "compared with what it came from")]
                let single = x as f32;
                let mut float = vec![0xfa];
                float.extend(single.to_be_bytes());
                if f64::from(single).to_bits() == x.to_bits() {
                    prop_assert_eq!(check(&float).is_ok(), written == float, "{}", x);
                }
            }
        }

        #[test]
        fn random_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _whatever = check(&bytes);
        }
    }
}
